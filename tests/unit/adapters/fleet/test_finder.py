"""Finding everything that carries the tags, and nothing else."""

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spendplane.adapters.fleet.finder import AwsFleet
from spendplane.adapters.fleet.kind import Remembered
from spendplane.adapters.fleet.kinds import KINDS
from spendplane.adapters.fleet.lambda_function import LambdaFunction
from spendplane.application.ports import BusyError
from spendplane.application.ports.fleet import Fleet
from tests.unit.adapters.fleet.cloud import Cloud, FaultError, Stubs
from tests.unit.adapters.fleet.fakes.directory import FakeIam, FakeTagging
from tests.unit.adapters.fleet.worlds import (
    COMPONENT_ARN,
    ECS_ARN,
    ENDPOINT_ARN,
    HTTP_ARN,
    LAMBDA_ARN,
    PLAN_ARN,
    ROLE_ARN,
    STAGE_ARN,
    TAGS,
)

ARNS = [LAMBDA_ARN, ENDPOINT_ARN, COMPONENT_ARN, STAGE_ARN, HTTP_ARN, PLAN_ARN, ECS_ARN]
STAGING = {"environment": ["staging"]}
TYPES = ["apigateway", "ecs:service", "lambda:function", "sagemaker:endpoint", "sagemaker:inference-component"]


def account(cloud: Cloud, resources: Mapping[str, Mapping[str, str]], **roles: dict[str, str]) -> Fleet:
    """A fleet over resources and roles with these tags."""
    FakeTagging(cloud, {arn: dict(tags) for arn, tags in resources.items()})
    iam = FakeIam(cloud)
    for name, tags in roles.items():
        iam.add(name, path="/aws-service-role/x/" if name.startswith("AWSServiceRole") else "/apps/", tags=tags)
    return AwsFleet(cloud)


def test_targets_of_every_kind_are_found_over_all_pages(cloud: Cloud) -> None:
    fleet = account(cloud, dict.fromkeys(ARNS, TAGS), shared=TAGS, other=TAGS)
    found = list(fleet.find(STAGING))
    assert {target.kind for target in found} == {kind.kind for kind in KINDS}
    assert {target.arn for target in found} == {*ARNS, ROLE_ARN, ROLE_ARN.replace("shared", "other")}
    assert all(target.tags == TAGS and target.scope is None for target in found)
    assert {target.name for target in found if target.kind == "bedrock-role"} == {"shared", "other"}


def test_the_services_are_asked_for_just_these_tags_and_types(stubs: Stubs) -> None:
    filters = [{"Key": "environment", "Values": ["staging", "dev"]}, {"Key": "project", "Values": []}]
    asked = {"TagFilters": filters, "ResourceTypeFilters": TYPES, "ResourcesPerPage": 100}
    tags = [{"Key": key, "Value": value} for key, value in TAGS.items()]
    answer: dict[str, Any] = {"ResourceTagMappingList": [{"ResourceARN": LAMBDA_ARN, "Tags": tags}]}
    stubs.expect("resourcegroupstaggingapi", "get_resources", asked, {**answer, "PaginationToken": "p"})
    stubs.expect("resourcegroupstaggingapi", "get_resources", {**asked, "PaginationToken": "p"}, answer)
    role = {"Path": "/apps/", "RoleName": "shared", "Arn": ROLE_ARN, "Tags": tags}
    roles = {"RoleDetailList": [role, {**role, "Arn": f"{ROLE_ARN}-2", "Tags": []}], "IsTruncated": False}
    stubs.expect("iam", "get_account_authorization_details", {"Filter": ["Role"]}, roles)
    found = list(AwsFleet(stubs).find({"environment": ["staging", "dev"], "project": []}))
    assert [target.arn for target in found] == [LAMBDA_ARN, ROLE_ARN]  # the one of both pages once


def test_tags_are_compared_exactly(cloud: Cloud) -> None:
    values = ("Staging", "staging ", "")
    alike = [*({"environment": value} for value in values), {"Environment": "staging"}, dict[str, str]()]
    roles = {f"role{number}": tags for number, tags in enumerate(alike)}
    fleet = account(cloud, {f"{LAMBDA_ARN}{number}": tags for number, tags in enumerate(alike)}, **roles)
    assert list(fleet.find(STAGING)) == []
    assert {target.tags["environment"] for target in fleet.find({"environment": []})} == {"Staging", "staging ", ""}


def test_what_the_tagging_api_should_not_have_found_is_left_out(stubs: Stubs) -> None:
    tags = [{"Key": "environment", "Value": "STAGING"}]
    stubs._stubber("resourcegroupstaggingapi").add_response(
        "get_resources", {"ResourceTagMappingList": [{"ResourceARN": LAMBDA_ARN, "Tags": tags}]}
    )
    assert list(AwsFleet(stubs, [LambdaFunction]).find(STAGING)) == []


def test_roles_of_services_are_none_of_ours(cloud: Cloud) -> None:
    fleet = account(cloud, {}, AWSServiceRoleForECS=TAGS, shared=TAGS)
    assert [target.name for target in fleet.find(STAGING)] == ["shared"]


def test_other_resources_with_the_tags_are_no_targets(cloud: Cloud) -> None:
    others = [f"{LAMBDA_ARN}:live", "arn:aws:apigateway:eu-west-1::/restapis/a1b2c3", "arn:aws:s3:::bucket"]
    assert list(account(cloud, dict.fromkeys(others, TAGS)).find(STAGING)) == []


def test_more_values_than_the_api_takes_are_compared_here(cloud: Cloud) -> None:
    values = [f"v{number}" for number in range(45)]
    resources = {f"{LAMBDA_ARN}{value}": {"environment": value} for value in [*values, "other"]}
    found = account(cloud, resources).find({"environment": values})
    assert {target.tags["environment"] for target in found} == set(values)
    assert {tuple(given["TagFilters"][0]["Values"]) for name, given in cloud.calls if name == "GetResources"} == {()}


@given(
    st.lists(st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from(["x", "y", "z"])), max_size=6),
    st.dictionaries(st.sampled_from(["a", "b"]), st.lists(st.sampled_from(["x", "y"]), max_size=2)),
)
def test_found_is_what_carries_one_value_of_each(resources: list[dict[str, str]], wanted: dict[str, list[str]]) -> None:
    tagged = {f"{LAMBDA_ARN}{number}": tags for number, tags in enumerate(resources)}
    roles = {f"role{number}": tags for number, tags in enumerate(resources)}
    found = [target.name for target in account(Cloud(), tagged, **roles).find(wanted)]
    fitting = [
        number
        for number, tags in enumerate(resources)
        if all(key in tags and (not values or tags[key] in values) for key, values in wanted.items())
    ]
    assert found == [f"summarise{number}" for number in fitting] + [f"role{number}" for number in fitting]


@pytest.mark.parametrize("operation", ["GetResources", "GetAccountAuthorizationDetails"])
def test_a_search_that_cannot_be_completed_is_busy_and_not_short(cloud: Cloud, operation: str) -> None:
    fleet = account(cloud, dict.fromkeys(ARNS, TAGS), shared=TAGS, other=TAGS)
    passed = []

    def refuse_the_second(name: str) -> None:
        passed.append(name)
        if passed.count(operation) == 2:
            raise FaultError("ThrottledException", status=429)

    cloud.before_call = refuse_the_second
    with pytest.raises(BusyError, match=rf"The search (by tags|for roles): {operation}"):
        list(fleet.find(STAGING))


def test_each_kind_has_its_actuator(cloud: Cloud) -> None:
    fleet = AwsFleet(cloud)
    assert [fleet.actuator(kind.kind).kind for kind in KINDS] == [kind.kind for kind in KINDS]
    with pytest.raises(KeyError):
        fleet.actuator("toaster")


def test_clients_are_made_once_and_one_at_a_time() -> None:
    making, most, made = [0], [0], []

    def make(service: str) -> str:
        making[0] += 1
        most[0] = max(most[0], making[0])
        time.sleep(0.002)
        making[0] -= 1
        made.append(service)
        return service

    clients = Remembered(make)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(clients, ["iam", "ecs"] * 16)) == ["iam", "ecs"] * 16
    assert (sorted(made), most) == (["ecs", "iam"], [1])
