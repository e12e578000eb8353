"""Which answer of AWS passes, which will never be another, and what on-call reads."""

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError

from spendplane.adapters.fleet.errors import InvalidError, MissingError, translated
from spendplane.application.ports import BusyError
from spendplane.application.ports.fleet import RefusedError

WHAT = "lambda-function summarise"


def raised(code: str, message: str = "no", status: int = 400, **texts: str) -> Exception:
    """What a call that is answered so raises."""
    answer = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    with pytest.raises(Exception) as found, translated(WHAT, **texts):  # noqa: PT011
        raise ClientError(answer, "PutThing")  # type: ignore[arg-type]
    return found.value


@pytest.mark.parametrize(
    ("code", "message", "status", "expected"),
    [
        ("ThrottlingException", "Rate exceeded", 400, BusyError),
        ("Throttling", "Rate exceeded", 400, BusyError),
        ("ThrottledException", "", 429, BusyError),
        ("TooManyRequestsException", "", 429, BusyError),
        ("RequestLimitExceeded", "", 400, BusyError),
        ("ConflictException", "", 409, BusyError),
        ("ResourceConflictException", "An update is in progress", 409, BusyError),
        ("ResourceInUse", "", 400, BusyError),
        ("ConcurrentModification", "", 409, BusyError),
        ("ConcurrentUpdateException", "", 400, BusyError),
        ("ServiceUnavailable", "", 503, BusyError),
        ("ServiceException", "", 500, BusyError),
        ("ServiceFailure", "", 500, BusyError),
        ("ServerException", "", 500, BusyError),
        ("InternalServiceException", "", 500, BusyError),
        ("NobodyKnowsThisOne", "", 502, BusyError),
        ("PaginationTokenExpiredException", "", 400, BusyError),
        ("ObjectNotFoundException", "No scalable target", 400, BusyError),
        ("LimitExceededException", "The rate limit is exceeded", 429, BusyError),
        ("ValidationException", 'Cannot update in-progress endpoint "arn:x".', 400, BusyError),
        ("ValidationException", 'Cannot create already existing endpoint "arn:x".', 400, BusyError),
        ("ValidationException", "Endpoint is in the state Updating", 400, BusyError),
        ("LimitExceeded", "Maximum policy size of 10240 bytes exceeded", 409, InvalidError),
        ("ResourceLimitExceeded", "The quota of ml.g5.xlarge is 0 Instances", 400, InvalidError),
        ("ValidationException", "Value '-1' is out of range", 400, InvalidError),
        ("InvalidParameterValueException", "", 400, InvalidError),
        ("BadRequestException", "", 400, InvalidError),
        ("MalformedPolicyDocument", "", 400, InvalidError),
        ("UnmodifiableEntity", "", 400, InvalidError),
        ("ClientException", "", 400, InvalidError),
        ("AccessDeniedException", "", 403, RefusedError),
        ("AccessDenied", "", 403, RefusedError),
        ("UnauthorizedOperation", "", 403, RefusedError),
        ("UnauthorizedException", "", 401, RefusedError),
        ("FailedResourceAccessException", "", 400, RefusedError),
        ("ResourceNotFoundException", "", 404, MissingError),
        ("NotFoundException", "", 404, MissingError),
        ("NoSuchEntity", "", 404, MissingError),
        ("ServiceNotActiveException", "", 400, MissingError),
        ("ClusterNotFoundException", "", 400, MissingError),
        ("ValidationException", 'Could not find endpoint "arn:x".', 400, MissingError),
    ],
)
def test_each_answer_has_its_meaning(code: str, message: str, status: int, expected: type[Exception]) -> None:
    assert type(raised(code, message, status)) is expected


def test_what_nobody_knows_stays_as_it_is() -> None:
    assert isinstance(raised("SomethingNewException"), ClientError)


def test_no_connection_passes() -> None:
    url = "https://lambda.eu-west-1.amazonaws.com"
    for error in (EndpointConnectionError, ConnectTimeoutError, ReadTimeoutError):
        with pytest.raises(BusyError, match=f"{WHAT}: AWS cannot be reached"), translated(WHAT):
            raise error(endpoint_url=url)


def test_a_refusal_names_the_call_the_target_and_what_to_check() -> None:
    text = str(raised("AccessDeniedException", "User x is not authorized.", 403, advice="not this"))
    assert text.startswith("lambda-function summarise: PutThing was answered with AccessDeniedException: User x is not")
    assert "may touch only resources whose tag `environment` is one of those that budgets.yaml" in text
    assert "not this" not in text


def test_advice_stands_where_the_request_itself_is_refused() -> None:
    assert str(raised("LimitExceeded", "Too large.", 409, advice="Make room")).endswith(
        "LimitExceeded: Too large. Make room"
    )
    assert str(raised("AccessDenied", rights="Ask them")).endswith("AccessDenied: no. Ask them")
