"""What can go wrong between a client and the service. Every message says what happened and what to do next.

DatelineError (indexes.errors)
    ServiceProblem
        Refused                 the service does not start like this
        TooBusy                 every slot is taken, or the answer took too long
        BodyTooLarge            the body has more bytes than are read
        BodyTooSlow             the body did not arrive in time
        HostMissing             the Host header is missing or malformed
        HostUnknown             the Host header names another host
        UnsupportedMedia        the body is not sent as JSON
        OriginUnknown           a page of another site asks for a change
"""

from indexes.errors import DatelineError


class ServiceProblem(DatelineError):
    """The service cannot do what was asked."""


class Refused(ServiceProblem):
    """The service does not start like this."""


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
