"""What can go wrong between a client and the service. Every message says what happened and what to do next.

DatelineError (indexes.errors)
    ServiceProblem
        Refused                 the service does not start like this
        KeyRefused              a key cannot be added or revoked like this
        KeysDamaged             the file of the keys cannot be used
        KeyMissing              the request has no API key
        KeyUnknown              the request has an API key that is none, or no more
        ScopeMissing            the API key is not for this
        TooMany                 the caller asks too much
        UnknownTrace            no answer that the caller may see has this trace id
        QuoteMissing            words that are given as right stand in no stored article
        UnknownModel            a chat names a model that is not there
        TooBusy                 every slot is taken, or the answer took too long
        BodyTooLarge            the body has more bytes than are read
        BodyTooSlow             the body did not arrive in time
        HostMissing             the Host header is missing or malformed
        HostUnknown             the Host header names another host
        UnsupportedMedia        the body is not sent as JSON
        OriginUnknown           a page of another site asks for a change
"""

from indexes.errors import DatelineError

STOPPING = "The service is stopping: ask again when it is back."


class ServiceProblem(DatelineError):
    """The service cannot do what was asked."""


class Refused(ServiceProblem):
    """The service does not start like this."""


class KeyRefused(ServiceProblem):
    """A key cannot be added or revoked like this."""


class KeysDamaged(ServiceProblem):
    """The file of the keys cannot be used."""


class KeyMissing(ServiceProblem):
    """The request has no API key."""


class KeyUnknown(ServiceProblem):
    """The request has an API key that is none, or no more."""


class ScopeMissing(ServiceProblem):
    """The API key is not for this."""


class TooMany(ServiceProblem):
    """The caller asks too much."""


class UnknownTrace(ServiceProblem):
    """No answer that the caller may see has this trace id."""


class QuoteMissing(ServiceProblem):
    """Words that are given as right stand in no stored article."""


class UnknownModel(ServiceProblem):
    """A chat names a model that is not there."""


class TooBusy(ServiceProblem):
    """Every slot is taken, or the answer took too long."""


class BodyTooLarge(ServiceProblem):
    """The body has more bytes than are read."""


class BodyTooSlow(ServiceProblem):
    """The body did not arrive in time."""


class HostMissing(ServiceProblem):
    """The Host header is missing or malformed."""


class HostUnknown(ServiceProblem):
    """The Host header names another host."""


class UnsupportedMedia(ServiceProblem):
    """The body is not sent as JSON."""


class OriginUnknown(ServiceProblem):
    """A page of another site asks for a change."""
