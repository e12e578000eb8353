"""Settings that AWS would refuse are refused first; the hours and what they save are exact."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any, get_args

import pytest

from spendplane.contract.usage_event import Environment
from stacks.endpoints import Model, OffPeak, Ownership, Place, SettingsError, cost
from stacks.endpoints.serverless import MEMORY_MB
from stacks.endpoints.settings import ENVIRONMENTS
from tests.stacks.endpoints_app import BERLIN, IMAGE, asynchronous, realtime, serverless


def hours(**other: Any) -> OffPeak:
    """Of Berlin, with these."""
    return OffPeak(**{"time_zone": "Europe/Berlin", **other})


def owned(**other: Any) -> Ownership:
    """With what must be there, and these."""
    return Ownership(**{"project": "p", "environment": "test", "cost_center": "c", "model": "m", **other})


@pytest.mark.parametrize(
    ("make", "wrong", "message"),
    [
        (serverless, {"memory_mb": 1536}, "memory_mb is 1536; AWS offers 1024, 2048, 3072, 4096, 5120, 6144"),
        (serverless, {"memory_mb": 7168}, "memory_mb is 7168"),
        (serverless, {"max_concurrency": 0}, "max_concurrency is 0; write 1 to 200"),
        (serverless, {"max_concurrency": 201}, "max_concurrency is 201; write 1 to 200"),
        (serverless, {"provisioned_concurrency": 6}, r"write 1 to max_concurrency \(5\)"),
        (serverless, {"provisioned_concurrency": 0}, "provisioned_concurrency is 0"),
        (serverless, {"off_peak": BERLIN}, "off_peak does nothing without provisioned_concurrency"),
        (serverless, {"price_per_hour": Decimal(1)}, "price_per_hour is that of one unit of provisioned_concurrency"),
        (serverless, {"price_per_second": Decimal(1)}, "and call_seconds beside it"),
        (realtime, {"call_seconds": Decimal(0)}, "call_seconds is 0; write seconds"),
        (serverless, {"model": Model(image=IMAGE, isolated=True)}, "cannot be isolated"),
        (serverless, {"name": "two--"}, "name is 'two--'"),
        (serverless, {"name": "x" * 64}, "at most 63"),
        (asynchronous, {"instance_type": "ml.t2.medium"}, "ml.t2 cannot be scaled"),
        (asynchronous, {"instance_type": "g5.xlarge"}, "write one such as ml.g5.xlarge"),
        (asynchronous, {"max_instances": 0}, "max_instances is 0"),
        (asynchronous, {"backlog_per_instance": 0}, "backlog_per_instance is 0"),
        (asynchronous, {"concurrent_per_instance": 1001}, "write 1 to 1000"),
        (asynchronous, {"output": "s3://outbox/answers"}, "output is 's3://outbox/answers'; write a folder"),
        (asynchronous, {"input": "https://example.com/"}, "input is 'https://example.com/'; write s3://bucket/key"),
        (asynchronous, {"output": "s3://outbox/*/"}, r"without \* or \?"),
        (asynchronous, {"price_per_hour": Decimal("NaN")}, "price_per_hour is NaN"),
        (asynchronous, {"price_per_hour": Decimal(-1)}, "price_per_hour is -1"),
        (realtime, {"memory_mb": 0}, "memory_mb is 0"),
        (realtime, {"max_copies": 0}, "max_copies is 0"),
        (realtime, {"target_per_copy": 0}, "target_per_copy is 0"),
        (realtime, {"accelerators": None}, "accelerators, or cpu_cores"),
        (realtime, {"scale_on": "luck"}, "write concurrency or invocations"),
        (hours, {"time_zone": "Berlin"}, "write a name such as Europe/Berlin"),
        (hours, {"days": ()}, "days are none"),
        (hours, {"days": ("MON", "MON")}, "each once"),
        (hours, {"days": ("Mon",)}, "choose from MON"),
        (hours, {"start": "8:00"}, "start is '8:00'"),
        (hours, {"end": "24:00"}, "end is '24:00'"),
        (hours, {"start": "20:00"}, "end 20:00 is not after start 20:00"),
        (owned, {"project": ""}, "project is ''"),
        (owned, {"project": " p"}, "project is ' p'"),
        (owned, {"model": "a,b"}, "AWS takes no such value"),
        (owned, {"environment": "stage"}, "known: production, staging, development, sandbox, test"),
        (owned, {"workload_type": "chat"}, "known: inference, training, embedding"),
        (Model, {"image": "python:3.13"}, "ACCOUNT.dkr.ecr.REGION"),
        (Model, {"image": IMAGE, "data": "s3://models/model.bin"}, r"one .tar.gz, or a folder"),
    ],
)
def test_what_aws_refuses_is_refused_with_words(make: Callable[..., Any], wrong: dict, message: str) -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-sagemaker-endpointconfig-serverlessconfig.html
    (memory, concurrency), https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html («Feature
    exclusions»: network isolation), and for auto scaling
    https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-policy.html (no burstable T2).
    """
    with pytest.raises(SettingsError, match=message):
        make(**wrong)


def test_every_memory_size_and_both_ends_of_concurrency_are_taken() -> None:
    assert [serverless(memory_mb=size).memory_mb for size in MEMORY_MB] == [1024 * n for n in range(1, 7)]
    assert serverless(max_concurrency=200, provisioned_concurrency=200).provisioned_concurrency == 200
    assert serverless(max_concurrency=1).max_concurrency == 1


def test_environments_are_those_that_usage_knows() -> None:
    assert get_args(Environment) == ENVIRONMENTS


def test_images_and_tags_as_they_are_in_use_are_taken() -> None:
    digest = f"111122223333.dkr.ecr.us-east-1.amazonaws.com/team/llm@sha256:{'0' * 64}"
    assert Model(image=digest).repository_arn("aws") == "arn:aws:ecr:us-east-1:111122223333:repository/team/llm"
    assert owned(model="anthropic.claude-3:1 v@2").model == "anthropic.claude-3:1 v@2"
    assert Place.of("s3://b-1.x/a/b.tar.gz", "it") == Place("b-1.x", "a/b.tar.gz")


def test_hours_of_a_month_are_exact() -> None:
    """60 of the 168 hours of a week, and a month of 8,760 / 12 hours."""
    assert BERLIN.open_hours_of_a_month == Fraction(730) * 60 / 168
    assert cost.saved_hours(BERLIN, 1) + BERLIN.open_hours_of_a_month == 730
    all_day = hours(days=("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"), start="00:00", end="23:59")
    assert cost.saved_hours(all_day, 1) == Fraction(7, 60) * 730 / 168


def test_the_note_says_dollars_where_there_is_a_price() -> None:
    settings = asynchronous(price_per_hour=Decimal("1.41"), max_instances=2, off_peak=BERLIN)
    assert cost.note(settings, unit="instance", most=2) == (
        "Up: 2.82 USD an hour (2 instances) at most. Idle: 0.00 USD an hour (0 instances). "
        "Its hours (MON,TUE,WED,THU,FRI 08:00-20:00 Europe/Berlin) save 661.69 USD (469.29 instance hours) a month "
        "against always on."
    )


def test_the_note_says_hours_where_there_is_none() -> None:
    settings = serverless(max_concurrency=4, provisioned_concurrency=3, off_peak=BERLIN)
    assert cost.note(settings, unit="provisioned unit", most=3, always=1, saved_units=2) == (
        "Up: 3 provisioned unit hours an hour at most. Idle: 1 provisioned unit hour an hour. "
        "Its hours (MON,TUE,WED,THU,FRI 08:00-20:00 Europe/Berlin) save 938.57 provisioned unit hours a month "
        "against always on."
    )


def test_the_note_says_what_a_thousand_calls_cost() -> None:
    """1,000 × 2.5 s are 0.69 of an hour at $1.41; a serverless second of 2,048 MB for $0.00004 is $0.10 for 2,500."""
    busy = asynchronous(price_per_hour=Decimal("1.41"), call_seconds=Decimal("2.5"))
    assert "1,000 calls of 2.5 s, one after the other: 0.98 USD (0.69 instance hours)." in cost.note(
        busy, unit="instance", most=1
    )
    billed = serverless(call_seconds=Decimal("2.5"))
    said = cost.billed_calls(billed, Decimal("0.00004"), "seconds of 2048 MB")
    assert said.endswith("1,000 calls of 2.5 s: 0.10 USD (2500.00 seconds of 2048 MB).")
    assert cost.billed_calls(billed, None, "seconds of 2048 MB").endswith("s: 2500.00 seconds of 2048 MB.")
    assert cost.billed_calls(serverless(), None, "s") == "Calls are billed by their milliseconds."


def test_warm_hours_begin_with_one_up() -> None:
    opens, closes = hours(warm=True).actions(highest=3, floor=0)
    assert _range(opens) == (1, 3)
    assert _range(closes) == (0, 0)


def _range(action: Any) -> tuple[int, int]:
    return action.scalable_target_action.min_capacity, action.scalable_target_action.max_capacity
