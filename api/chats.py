"""Chat completions in OpenAI's form: what is read of a request, and how an answer is told in a reply."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    WithJsonSchema,
    field_validator,
)

from api import examples
from api.schemas import HISTORY_LENGTH, QUESTION_LENGTH, Answer, Day, Filters, Limit, Wire
from qa.footnotes import without_notes, write_reply
from qa.types import Answer as CoreAnswer
from qa.types import Mode, Question, Turn

MODELS: Mapping[str, Mode | None] = {"dateline": None, "dateline-answer": "answer", "dateline-quotes": "quotes"}
"""The models by their names, with the mode that each stands for; the first: `answer` where there is a language model."""

MOST_TURNS = 50
_TEXT_FORMAT = WithJsonSchema(
    {"anyOf": [{"type": "object", "properties": {"type": {"const": "text"}}, "required": ["type"]}, {"type": "null"}]}
)
_TEXT_PARTS = frozenset({"text", "input_text", "output_text"})


def _one_of(values: Sequence[object]) -> WithJsonSchema:
    """What the OpenAPI document says of a field that may have these values only, or be left out."""
    return WithJsonSchema({"enum": [*values, None]})


def _read_content(content: object) -> str:
    """The text of a message, whether it is one string or a list of text parts."""
    text = _read_parts(content)
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("holds a half surrogate, which is not Unicode text")
    return text


def _read_parts(content: object) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    if not isinstance(content, list):
        raise ValueError("must be a text, or a list of text parts")  # noqa: TRY004 - pydantic's own way
    texts = []
    for part in content:
        kind, text = (part.get("type"), part.get("text")) if isinstance(part, dict) else (None, None)
        if kind not in _TEXT_PARTS or not isinstance(text, str):
            raise ValueError("has a part that is no text: Dateline reads text only, no images, audio or files")
        texts.append(text)
    return "".join(texts)


Content = Annotated[str, BeforeValidator(_read_content, json_schema_input_type=str | list[dict[str, Any]] | None)]


class ChatMessage(BaseModel):
    """A message of the conversation; what else OpenAI's messages may have is not read."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Content = ""


class StreamOptions(BaseModel):
    """What a stream tells besides."""

    include_usage: StrictBool | None = Field(None, description="Whether a last chunk has the tokens.")


class ChatExtras(Wire):
    """What Dateline reads besides OpenAI's fields."""

    filters: Filters = Filters()
    limit: Limit = 10
    reference_date: Day | None = Field(None, description="The day that `yesterday` or `last week` count from.")


class Chat(BaseModel):
    """A chat. The last message of the user is the question; `system` messages are no instructions to Dateline.

    Other fields of OpenAI's that would not change the answer's meaning (`temperature`, `max_tokens`, `tools`, `user`, …) are
    accepted and not read.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [examples.CHAT]})

    model: str = Field(description="A name of `GET /v1/models`.", max_length=200)
    messages: list[ChatMessage] = Field(min_length=1, max_length=1_000)
    stream: StrictBool | None = Field(default=False, description="Whether the reply comes a verified claim at a time.")
    stream_options: StreamOptions | None = None
    n: Annotated[StrictInt | None, _one_of([1])] = Field(None, description="There is one answer.")
    response_format: Annotated[dict[str, Any] | None, _TEXT_FORMAT] = Field(None, description="Text only.")
    tool_choice: Annotated[str | dict[str, Any] | None, _one_of(["auto", "none"])] = Field(
        None, description="Dateline calls no tools."
    )
    function_call: Annotated[str | dict[str, Any] | None, _one_of(["auto", "none"])] = Field(
        None, description="The same."
    )
    logprobs: Annotated[StrictBool | None, _one_of([False])] = Field(
        None, description="Verified text has no probabilities."
    )
    top_logprobs: Annotated[StrictInt | None, _one_of([0])] = Field(None, description="The same.")
    modalities: Annotated[list[str] | None, _one_of([["text"]])] = Field(None, description="Text only.")
    dateline: ChatExtras = Field(default=ChatExtras(), description="What Dateline reads besides OpenAI's fields.")

    @field_validator("n")
    @classmethod
    def _once(cls, n: int | None) -> int | None:
        if n not in {None, 1}:
            raise ValueError("must be 1: a question has one verified answer")
        return n

    @field_validator("response_format")
    @classmethod
    def _as_text(cls, form: dict[str, Any] | None) -> dict[str, Any] | None:
        if form is not None and form.get("type") != "text":
            raise ValueError('must be {"type": "text"}: the answer is text, and its data are in the field `dateline`')
        return form

    @field_validator("tool_choice", "function_call")
    @classmethod
    def _without_tools(cls, choice: str | dict[str, Any] | None) -> str | dict[str, Any] | None:
        if choice not in (None, "auto", "none"):
            raise ValueError("must be `auto` or `none`: Dateline answers itself and calls no tools")
        return choice

    @field_validator("logprobs", "top_logprobs")
    @classmethod
    def _without_probabilities(cls, asked: int | None) -> int | None:
        if asked:
            raise ValueError("must be left out: an answer is verified text and has no token probabilities")
        return asked

    @field_validator("modalities")
    @classmethod
    def _text_only(cls, modalities: list[str] | None) -> list[str] | None:
        if modalities is not None and modalities != ["text"]:
            raise ValueError('must be ["text"]: Dateline answers in text only')
        return modalities

    @field_validator("messages")
    @classmethod
    def _asks(cls, messages: list[ChatMessage]) -> list[ChatMessage]:
        question = _last_question(messages)
        if question is None or not question.strip():
            raise ValueError("has no question: the last message of the role `user` is the question, and it is empty")
        if len(question) > QUESTION_LENGTH:
            raise ValueError(f"asks with {len(question):,} characters; at most {QUESTION_LENGTH:,} are accepted")
        if "\x00" in question:
            raise ValueError("holds a NUL character: take it out")
        return messages

    def to_question(self) -> Question:
        """The question of the core, with what was said before it."""
        place = max(i for i, message in enumerate(self.messages) if message.role == "user")
        return Question(
            text=self.messages[place].content,
            mode=MODELS[self.model],
            limit=self.dateline.limit,
            filters=self.dateline.filters.to_core(),
            history=_read_turns(self.messages[:place]),
            reference_date=self.dateline.reference_date,
        )


def _last_question(messages: Sequence[ChatMessage]) -> str | None:
    return next((message.content for message in reversed(messages) if message.role == "user"), None)


def _read_turns(messages: Sequence[ChatMessage]) -> tuple[Turn, ...]:
    """The questions before the last one with the reply to each, the latest fifty; our own footnotes are left out."""
    turns: list[Turn] = []
    for message in messages:
        if message.role == "user" and message.content.strip():
            turns.append(Turn(question=message.content[:QUESTION_LENGTH], answer=""))
        elif message.role == "assistant" and turns:
            said = f"{turns[-1].answer}\n{without_notes(message.content)}".strip()
            turns[-1] = Turn(question=turns[-1].question, answer=said[:HISTORY_LENGTH])
    return tuple(turns[-MOST_TURNS:])


class ChatReply(Wire):
    """What is said: the answer with numbered footnotes, or why there is none."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None


class ChatChoice(Wire):
    """The one choice."""

    index: Literal[0] = 0
    message: ChatReply
    logprobs: None = None
    finish_reason: Literal["stop"] = "stop"


class ChatUsage(Wire):
    """Tokens of the language model's prompt and of what it wrote; 0 where none ran."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int

    @classmethod
    def of(cls, answer: CoreAnswer) -> Self:
        """From an answer of the core."""
        read, written = answer.prompt_tokens, answer.completion_tokens
        return cls(prompt_tokens=read, completion_tokens=written, total_tokens=read + written)


class ChatCompletion(Wire):
    """A chat completion of OpenAI's; `dateline` is the whole answer of `POST /v1/ask`."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[ChatChoice]
    usage: ChatUsage
    dateline: Answer

    @classmethod
    def of(cls, answer: CoreAnswer, *, model: str, created: int) -> Self:
        """From an answer of the core; `created` in seconds since 1970."""
        return cls(
            id=f"chatcmpl-{answer.trace_id}",
            created=created,
            model=model,
            choices=[ChatChoice(message=ChatReply(content=write_reply(answer)))],
            usage=ChatUsage.of(answer),
            dateline=Answer.of(answer),
        )


class ChatModel(Wire):
    """A name that `model` may have."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: Literal["dateline"] = "dateline"


class ChatModels(Wire):
    """The models that can answer now."""

    object: Literal["list"] = "list"
    data: list[ChatModel]


class ChatError(Wire):
    """What went wrong, as OpenAI's clients read it."""

    message: str = Field(description="What happened, and what to do next.")
    type: str
    param: str | None
    code: str = Field(description="The kind of problem; GET /docs lists them all.")


class ChatProblem(Wire):
    """The error of a route that speaks OpenAI's form."""

    error: ChatError
