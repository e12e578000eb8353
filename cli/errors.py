"""What can go wrong, in words: what, where, and what to do. Exit codes."""

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

    from cli.settings import Settings


class Exit(IntEnum):
    """The exit codes of every command."""

    OK = 0
    FAILED = 1
    """Something could not be done: AWS, a permission, a file, a name that does not exist."""
    USAGE = 2
    """The command line itself is wrong."""
    FOUND = 3
    """Done, and something was found that wants attention."""
    INTERRUPTED = 130


class Failure(Exception):  # noqa: N818  # an outcome for people, not a defect
    """An expected failure: `what` is wrong, and the `mend`."""

    def __init__(self, what: str, mend: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.mend = mend


_DENIED = {
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "AuthorizationError",
    "AuthorizationErrorException",
}
_STRANGER = {
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
}
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}
_ABSENT = {"ResourceNotFoundException", "NotFound", "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"}
_OF_BUS = {"PutEvents", "DescribeEventBus", "ListRules"}
_OF_FUNCTION = {"Invoke", "GetFunctionConfiguration", "GetFunctionConcurrency"}
_OF_TABLE = {"GetItem", "BatchGetItem", "Query", "Scan", "PutItem", "UpdateItem", "TransactWriteItems", "DescribeTable"}
_SIGN_IN = "sign in again, for example: aws sso login"
_MENDS = {
    "NoCredentialsError": "set AWS_PROFILE, or AWS_ACCESS_KEY_ID with its secret (locally: . build/local.env)",
    "PartialCredentialsError": "set both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    "NoRegionError": "set AWS_REGION (locally: . build/local.env)",
    "ProfileNotFound": "choose another AWS_PROFILE, or add it to ~/.aws/config",
    "TokenRetrievalError": _SIGN_IN,
    "UnauthorizedSSOTokenError": _SIGN_IN,
    "SSOTokenLoadError": _SIGN_IN,
}


_RIGHTS = {
    "Invoke": "lambda:InvokeFunction on {}",
    "PutEvents": "events:PutEvents on the bus (in the name of an HTTP caller, or of Spendplane's own adapters, a role "
    "under the path /spendplane/)",
}


def explained(error: BaseException, settings: "Settings") -> Failure | None:
    """The failure that this exception means to a person; None for one that nobody expected: a defect."""
    from botocore.exceptions import BotoCoreError, ClientError

    from spendplane.application.ports import BusyError, UnstorableError
    from spendplane.contract.yaml_file import FileError

    if isinstance(error, Failure):
        return error
    if isinstance(error, FileError):
        return Failure(str(error))
    if isinstance(error, ClientError):
        return _client_error(error, settings)
    if isinstance(error, BusyError):
        return _busy(error, settings)
    if isinstance(error, UnstorableError):
        return Failure(f"DynamoDB refused it: {error}")
    if isinstance(error, BotoCoreError):
        return _connection(error)
    if isinstance(error, OSError) and error.filename:
        return Failure(f"{error.filename}: {error.strerror}")
    return None


def _busy(error: BaseException, settings: "Settings") -> Failure:
    from botocore.exceptions import BotoCoreError, ClientError

    cause = error.__cause__
    if isinstance(cause, ClientError):
        return _client_error(cause, settings)
    if isinstance(cause, BotoCoreError):
        return _connection(cause)
    return Failure(str(error), "try again in a moment")


def _client_error(error: "ClientError", settings: "Settings") -> Failure:
    told = error.response.get("Error", {})
    code, operation = told.get("Code", "?"), error.operation_name
    said = f"{operation}: {told.get('Message') or code}"
    if code in _ABSENT:
        return _absent(operation, said, settings)
    if code in _DENIED:
        right = _RIGHTS.get(operation, "the permission").format(settings.enforce_function)
        return Failure(f"AWS denies it: {said}", f"give these credentials {right}, or use others (AWS_PROFILE)")
    if code == "TooManyRequestsException":
        return Failure(f"AWS is asked too often: {said}", "nothing was done; try again in a moment")
    if code in _EXPIRED:
        return Failure(f"the credentials have expired: {said}", "sign in again, for example: aws sso login")
    if code in _STRANGER:
        return Failure(
            f"AWS does not know these credentials: {said}", "check AWS_PROFILE or AWS_ACCESS_KEY_ID and its secret"
        )
    return Failure(f"AWS refuses: {said} ({code})")


def _absent(operation: str, said: str, settings: "Settings") -> Failure:
    if operation in _OF_BUS:
        return Failure(
            f"there is no event bus `{settings.bus}` ({said})", "deploy first, or name yours: --bus, SPENDPLANE_BUS"
        )
    if operation in _OF_TABLE:
        return Failure(
            f"there is no table `{settings.table}` ({said})", "deploy first, or name yours: --table, SPENDPLANE_TABLE"
        )
    if operation in _OF_FUNCTION:
        return Failure(
            f"there is no function `{settings.enforce_function}` ({said})",
            "deploy first, or name yours: --enforce-function, SPENDPLANE_ENFORCE_FUNCTION",
        )
    return Failure(f"not there: {said}", "deploy (again): cdk deploy --all")


def _connection(error: BaseException) -> Failure:
    fallback = "check the network, the Region and AWS_ENDPOINT_URL (is the local account running? make up)"
    return Failure(str(error), _MENDS.get(type(error).__name__, fallback))
