"""Asks another language model, through LlamaIndex's evaluators, what it makes of an answer: advice, never a gate."""

from collections.abc import Mapping

from evals.errors import WrongUsage
from evals.settings import JudgeSettings
from evals.types import GoldenQuestion, Share
from qa.models.remote import open_chat
from qa.types import Answer


class Judge:
    """Judges answers by their cited quotes alone. Raises `WrongUsage` where no judge is configured."""

    def __init__(self, settings: JudgeSettings) -> None:
        for name in ("judge_base_url", "judge_model"):
            if not getattr(settings, name):
                raise WrongUsage(f"--judge needs DATELINE_{name.upper()}. Set it, or leave --judge out.")
        from llama_index.core.evaluation import FaithfulnessEvaluator, RelevancyEvaluator

        model = open_chat(
            settings.judge_model,
            base_url=settings.judge_base_url,
            api_key=settings.judge_api_key.get_secret_value(),
            timeout_s=settings.judge_timeout_s,
        )
        self._evaluators = {
            "judge_faithfulness": FaithfulnessEvaluator(llm=model),
            "judge_relevancy": RelevancyEvaluator(llm=model),
        }

    def __call__(self, question: GoldenQuestion, answer: Answer) -> Mapping[str, Share]:
        """Whether the quotes support the answer, and whether both fit the question; nothing for a declined question.

        A judge that cannot be reached raises what its client raises: the case ends as an error.
        """
        if not (answer.answer and answer.citations):
            return {}
        quotes = [citation.quote for citation in answer.citations]
        return {
            name: Share(
                float(bool(evaluator.evaluate(query=question.text, response=answer.answer, contexts=quotes).passing)), 1
            )
            for name, evaluator in self._evaluators.items()
        }
