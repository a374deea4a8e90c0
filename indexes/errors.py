"""What can go wrong with an index. Every message says what happened and what to do next.

DatelineError
    IndexProblem
        IndexMissing            there is no current build
        IndexMismatch           the build was made with another encoder, splitter or schema
        IndexDamaged            a file of the build is missing or unreadable
        BuildFailed             a build could not be finished; the last good one still serves
            BuildLocked         another process is building
            NothingIndexed      every article was rejected, or there were none
        UnknownBuild            no build of that id is kept
        UnknownArticle          no article of that id is stored
        InvalidCursor           a cursor that no page gave out
        BackupFailed            a backup could not be written; there is none
        BackupRefused           a backup cannot be restored here
            BackupDamaged       it is no sound backup
    NotKept                     what a reader reported could not be kept
    WeightsProblem
        WeightsMissing          weights could not be had
        WeightsDamaged          a weights file does not match its pinned hash
        EngineMissing           what runs the weights could not be made from them
    UnreadableSource            one file could not be read (becomes one `rejected`)
    InvalidSettings             a setting has a value that cannot be used
"""


class DatelineError(Exception):
    """Anything that Dateline reports to its user as one line."""


class IndexProblem(DatelineError):
    """The index cannot do what was asked."""


class IndexMissing(IndexProblem):
    """There is no current build."""


class IndexMismatch(IndexProblem):
    """The build was made with another encoder, splitter or schema."""


class IndexDamaged(IndexProblem):
    """A file of the build is missing or unreadable."""


class BuildFailed(IndexProblem):
    """A build could not be finished; the last good one still serves."""


class BuildLocked(BuildFailed):
    """Another process is building."""


class NothingIndexed(BuildFailed):
    """Every article was rejected, or there were none."""


class UnknownBuild(IndexProblem):
    """No build of that id is kept."""


class UnknownArticle(IndexProblem):
    """No article of that id is stored."""


class InvalidCursor(IndexProblem):
    """A cursor that no page gave out."""


class BackupFailed(IndexProblem):
    """A backup could not be written; there is none."""


class BackupRefused(IndexProblem):
    """A backup cannot be restored here."""


class BackupDamaged(BackupRefused):
    """It is no sound backup."""


class WeightsProblem(DatelineError):
    """Model weights cannot be used."""


class WeightsMissing(WeightsProblem):
    """Weights could not be had."""


class WeightsDamaged(WeightsProblem):
    """A weights file does not match its pinned hash."""


class EngineMissing(WeightsProblem):
    """What runs the weights could not be made from them."""


class UnreadableSource(DatelineError):
    """One file could not be read."""


class InvalidSettings(DatelineError):
    """A setting has a value that cannot be used."""


class NotKept(DatelineError):
    """What a reader reported could not be kept."""
