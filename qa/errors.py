"""What can go wrong with an answer. Every message says what happened and what to do next.

DatelineError (indexes.errors)
    AnswerProblem
        InvalidQuestion      the question is empty, too long, or asks for what cannot be
        ModelProblem
            ModelUnavailable     there is no language model, or it cannot be reached
            ModelFailed          the language model returned what cannot be used
        Abandoned            nobody waits for the answer any more
"""

from indexes.errors import DatelineError


class AnswerProblem(DatelineError):
    """A question cannot be answered as asked."""


class InvalidQuestion(AnswerProblem):
    """The question is empty, too long, or asks for what cannot be."""


class ModelProblem(AnswerProblem):
    """The language model cannot be used."""


class ModelUnavailable(ModelProblem):
    """There is no language model, or it cannot be reached."""


class ModelFailed(ModelProblem):
    """The language model returned what cannot be used."""


class Abandoned(AnswerProblem):
    """Nobody waits for the answer any more."""
