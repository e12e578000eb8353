"""Reserved concurrency."""

import pytest

from spendplane.adapters.fleet.lambda_function import LambdaFunction
from spendplane.application.ports.fleet import RefusedError
from tests.unit.adapters.fleet.cloud import Cloud, Stubs
from tests.unit.adapters.fleet.fakes.compute import FakeLambda
from tests.unit.adapters.fleet.worlds import LAMBDA_ARN, target_of

TARGET = target_of(LambdaFunction, LAMBDA_ARN)
NAME = {"FunctionName": "summarise"}


def test_the_reservation_is_read(stubs: Stubs) -> None:
    stubs.expect("lambda", "get_function_concurrency", NAME, {"ReservedConcurrentExecutions": 10})
    stubs.expect("lambda", "get_function_concurrency", NAME, {})
    stubs.refuse("lambda", "get_function_concurrency", "ResourceNotFoundException", status=404)
    kind = LambdaFunction(stubs)
    assert [kind.observe(TARGET) for _ in range(3)] == [{"reserved": 10}, {"reserved": None}, None]


def test_throttling_reserves_nothing(stubs: Stubs) -> None:
    given = {**NAME, "ReservedConcurrentExecutions": 0}
    stubs.expect("lambda", "put_function_concurrency", given, {"ReservedConcurrentExecutions": 0})
    LambdaFunction(stubs).throttle(TARGET, {"reserved": 10})


def test_restoring_brings_the_reservation_back_or_removes_it(stubs: Stubs) -> None:
    for reserved in (10, 0):  # a reservation of nothing is one too
        given = {**NAME, "ReservedConcurrentExecutions": reserved}
        stubs.expect("lambda", "put_function_concurrency", given, {"ReservedConcurrentExecutions": reserved})
        LambdaFunction(stubs).restore(TARGET, {"reserved": reserved})
    stubs.expect("lambda", "delete_function_concurrency", NAME)
    LambdaFunction(stubs).restore(TARGET, {"reserved": None})


def test_a_function_that_was_at_zero_is_down_already() -> None:
    kind = LambdaFunction(Cloud())
    assert kind.throttled({"reserved": 0}) == {"reserved": 0}
    assert kind.throttled({"reserved": None}) != {"reserved": None}


def test_a_reservation_that_others_took_meanwhile_is_a_case_for_a_person(cloud: Cloud) -> None:
    fake = FakeLambda(cloud, summarise=0, other=850)
    with pytest.raises(RefusedError, match=r"unreserved below \[100\]. Others have reserved .* then restore again"):
        LambdaFunction(cloud).restore(TARGET, {"reserved": 100})
    assert fake.functions["summarise"] == 0


def test_provisioned_concurrency_forbids_zero(stubs: Stubs) -> None:
    stubs.refuse("lambda", "put_function_concurrency", "InvalidParameterValueException", "below provisioned")
    with pytest.raises(RefusedError, match=r"below provisioned\. A function with provisioned concurrency"):
        LambdaFunction(stubs).throttle(TARGET, {"reserved": None})


@pytest.mark.parametrize(
    "arn",
    [
        f"{LAMBDA_ARN}:live",
        f"{LAMBDA_ARN}:7",
        f"{LAMBDA_ARN}:$LATEST",
        "arn:aws:lambda:eu-west-1:123456789012:layer:summarise",
        "arn:aws:lambda:eu-west-1:123456789012:event-source-mapping:b7d3",
        LAMBDA_ARN.replace("summarise", ""),
    ],
)
def test_versions_aliases_and_other_things_are_no_targets(arn: str) -> None:
    assert LambdaFunction(Cloud()).parse(arn) is None


def test_it_is_known_in_every_partition() -> None:
    assert LambdaFunction(Cloud()).parse(LAMBDA_ARN.replace("arn:aws:", "arn:aws-us-gov:")) == "summarise"
