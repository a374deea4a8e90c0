"""What can go wrong with an evaluation. Every message says what happened and what to do next.

DatelineError (indexes.errors)
    EvalProblem
        WrongUsage         the command was given what cannot be run together, or a folder that is not there
        BadData            a data file holds what cannot be read; the message names file, line and field
        BadReport          a stored report or baseline cannot be read
"""

from indexes.errors import DatelineError


class EvalProblem(DatelineError):
    """An evaluation cannot be done."""


class WrongUsage(EvalProblem):
    """The command was given what cannot be run together, or a folder that is not there."""


class BadData(EvalProblem):
    """A data file holds what cannot be read."""


class BadReport(EvalProblem):
    """A stored report or baseline cannot be read."""
