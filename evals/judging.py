"""Asks another language model, through LlamaIndex's evaluators, what it makes of an answer: advice, never a gate."""

import asyncio
from collections.abc import Mapping

from evals.errors import WrongUsage
from evals.settings import JudgeSettings
from evals.types import GoldenQuestion, Share
from qa.models.remote import open_chat_for_once
from qa.types import Answer


class Judge:
    """Judges answers by their cited quotes alone. Raises `WrongUsage` where no judge is configured."""

    def __init__(self, settings: JudgeSettings) -> None:
        for name in ("judge_base_url", "judge_model"):
            if not getattr(settings, name):
                raise WrongUsage(f"--judge needs DATELINE_{name.upper()}. Set it, or leave --judge out.")
        self._settings = settings

    def __call__(self, question: GoldenQuestion, answer: Answer) -> Mapping[str, Share]:
        """Whether the quotes support the answer, and whether both fit the question; nothing for a declined question.

        A judge that cannot be reached raises what its client raises: the case ends as an error.
        """
        if not (answer.answer and answer.citations):
            return {}
        return asyncio.run(self._ask(question, answer))

    async def _ask(self, question: GoldenQuestion, answer: Answer) -> dict[str, Share]:
        """Each evaluator in turn, over connections that end here: LlamaIndex's own calls leave a loop and clients open."""
        from llama_index.core.evaluation import FaithfulnessEvaluator, RelevancyEvaluator

        quotes = [citation.quote for citation in answer.citations]
        chat = open_chat_for_once(
            self._settings.judge_model,
            base_url=self._settings.judge_base_url,
            api_key=self._settings.judge_api_key.get_secret_value(),
            timeout_s=self._settings.judge_timeout_s,
        )
        async with chat as model:
            evaluators = {
                "judge_faithfulness": FaithfulnessEvaluator(llm=model),
                "judge_relevancy": RelevancyEvaluator(llm=model),
            }
            judged = {}
            for name, evaluator in evaluators.items():
                result = await evaluator.aevaluate(query=question.text, response=answer.answer, contexts=quotes)
                judged[name] = Share(float(bool(result.passing)), 1)
        return judged
