"""What the control planes answer, in the application's words, with advice for whoever is on call."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as CannotConnect

from spendplane.application.ports import BusyError
from spendplane.application.ports.fleet import RefusedError

# Without their ending: IAM says `NoSuchEntity` where others say `NoSuchEntityException`.
_MISSING = frozenset({
    "ClusterNotFound", "NoSuchEntity", "NotFound", "ResourceNotFound", "ServiceNotActive", "ServiceNotFound",
})  # fmt: skip
_DENIED = frozenset({
    "AccessDenied", "AuthFailure", "FailedResourceAccess", "Forbidden", "InvalidClientTokenId", "NotAuthorized",
    "OptInRequired", "Unauthorized", "UnauthorizedOperation", "UnrecognizedClient",
})  # fmt: skip
_BUSY = frozenset({
    "ConcurrentModification", "ConcurrentUpdate", "Conflict", "EntityTemporarilyUnmodifiable", "ExpiredToken",
    "InternalError", "InternalFailure", "InternalServerError", "InternalService", "ObjectNotFound",
    "PaginationTokenExpired", "PriorRequestNotComplete", "RequestExpired", "RequestLimitExceeded", "RequestThrottled",
    "RequestTimeout", "ResourceConflict", "ResourceInUse", "Server", "Service", "ServiceFailure", "ServiceUnavailable",
    "SlowDown", "Throttled", "Throttling", "TooManyRequests", "UpdateInProgress",
})  # fmt: skip
_NO_ROOM = frozenset({"LimitExceeded", "ResourceLimitExceeded", "ServiceQuotaExceeded"})
_INVALID = frozenset({
    "BadRequest", "Client", "InvalidInput", "InvalidParameter", "InvalidParameterValue", "InvalidRequest",
    "MalformedPolicyDocument", "UnmodifiableEntity", "UnsupportedFeature", "Validation", "ValidationError",
})  # fmt: skip
# SageMaker has one code for everything; what is meant stands in the message only.
_NOT_FOUND = re.compile(r"could not find|does not exist|not found", re.IGNORECASE)
_IN_PROGRESS = re.compile(
    r"in[- ]progress|already existing|\b(Creating|Updating|Deleting|SystemUpdating|RollingBack)\b"
)
_TOO_MANY, _SERVER = 429, 500

CHECK_RIGHTS = (
    "The enforce function may touch only resources whose tag `environment` is one of those that budgets.yaml lets be "
    "throttled, and whose tag `project` is not empty; a service control policy may forbid more"
)


class MissingError(RefusedError):
    """The resource is not there, or not any more."""


class InvalidError(RefusedError):
    """The service will never take this request."""


@contextmanager
def translated(what: str, advice: str = "", rights: str = CHECK_RIGHTS) -> Iterator[None]:
    """Turns botocore's errors into BusyError and RefusedError (also as MissingError, InvalidError); others pass.

    `what` names the resource. `advice` says what to do about a request that is refused as such or for want of room,
    `rights` about one that is not allowed.
    """
    try:
        yield
    except ClientError as error:
        known = _in_our_words(error, what, advice, rights)
        if known is None:
            raise
        raise known from error
    except (CannotConnect, HTTPClientError) as error:
        raise BusyError(f"{what}: AWS cannot be reached: {error}") from error


def _in_our_words(error: ClientError, what: str, advice: str, rights: str) -> Exception | None:
    code = str(error.response["Error"].get("Code", ""))
    message = str(error.response["Error"].get("Message", ""))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    short = code.removesuffix("Exception")
    invalid = short in _INVALID
    said = f"{what}: {error.operation_name} was answered with {code}: {message.rstrip('.')}"
    if short in _MISSING or (invalid and _NOT_FOUND.search(message)):
        return MissingError(said)
    if short in _DENIED:
        return RefusedError(_sentences(said, rights))
    if _passes(short, status) or (invalid and _IN_PROGRESS.search(message)):
        return BusyError(said)
    if short in _NO_ROOM or invalid:
        return InvalidError(_sentences(said, advice))
    return None


def _passes(code: str, status: int) -> bool:
    """By the status too: API Gateway says LimitExceeded where a rate is meant, IAM where a size is."""
    return code in _BUSY or status == _TOO_MANY or status >= _SERVER


def _sentences(*texts: str) -> str:
    return ". ".join(text for text in texts if text)
