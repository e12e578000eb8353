"""Functions, the table behind them, and the custom resource that carries budgets.yaml."""

import json
from pathlib import Path

import pytest

from spendplane.contract import budgets_file
from tests.stacks.assembly import CONTROL, ROOT, STATE, Assembly

POWERTOOLS = {"POWERTOOLS_METRICS_NAMESPACE": "Spendplane", "POWERTOOLS_LOG_LEVEL": "INFO"}
TABLE = {"TABLE_NAME": "GlobalTable:spendplane"}
BUS = {"BUS_NAME": "EventBus:spendplane"}
TOPICS = {"ONCALL_TOPIC_ARN": "Topic:spendplane-on-call", "ALERTS_TOPIC_ARN": "Topic:spendplane-budget-alerts"}
SWITCH = {
    "THROTTLEABLE_ENVIRONMENTS": "staging,development,sandbox,test",
    "MAX_TARGETS": "20",
    "MAX_ATTEMPTS": "3",
    "MAX_DRIFT_PERCENT": "10",
}
ENVIRONMENT = {
    "meter": TABLE | BUS,
    "notify": TABLE | TOPICS | {"RUNBOOK_URL": "docs/runbook.md"},
    "sweep": TABLE | BUS,
    "enforce": TABLE | BUS | SWITCH,
    "hours": TABLE | BUS,
    "idle": TABLE | BUS,
    "define": TABLE,
}


@pytest.mark.parametrize("capability", ENVIRONMENT)
def test_a_function_has_its_handler_settings_log_and_traces(aws: Assembly, capability: str) -> None:
    name = f"spendplane-{capability}"
    function = aws.resources("AWS::Lambda::Function")[f"Function:{name}"]
    expected = {**ENVIRONMENT[capability], **POWERTOOLS, "POWERTOOLS_SERVICE_NAME": name}
    assert function["Environment"]["Variables"] == expected
    assert function["Handler"] == f"{capability}.handler.handler"
    assert (function["Runtime"], function["Architectures"]) == ("python3.13", ["arm64"])
    assert function["TracingConfig"] == {"Mode": "Active"}
    assert function["LoggingConfig"] == {"LogGroup": f"LogGroup:/aws/lambda/{name}"}
    assert aws.resources("AWS::Logs::LogGroup")[f"LogGroup:/aws/lambda/{name}"]["RetentionInDays"] == 90
    (layer,) = aws.resources("AWS::Lambda::LayerVersion")
    assert function["Layers"] == [layer]


def test_there_is_no_function_that_nobody_wrote(aws: Assembly) -> None:
    """CDK adds functions of its own for some conveniences; none of those is reviewed, so none is used."""
    assert set(aws.resources("AWS::Lambda::Function")) == {f"Function:spendplane-{name}" for name in ENVIRONMENT}


@pytest.mark.parametrize(("capability", "period"), [("sweep", 60), ("hours", 300), ("idle", 86_400)])
def test_a_round_ends_before_the_next_begins(aws: Assembly, capability: str, period: int) -> None:
    assert aws.resources("AWS::Lambda::Function")[f"Function:spendplane-{capability}"]["Timeout"] < period


def test_the_table_is_billed_by_request_backed_up_encrypted_and_forgets(aws: Assembly) -> None:
    table = aws.resources("AWS::DynamoDB::GlobalTable")["GlobalTable:spendplane"]
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["KeySchema"] == _keys("pk", "sk")
    assert table["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS"}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    (replica,) = table["Replicas"]
    assert replica["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    (index,) = table["GlobalSecondaryIndexes"]
    assert (index["IndexName"], index["KeySchema"]) == ("work", _keys("work", "work_at"))
    assert index["Projection"] == {"ProjectionType": "KEYS_ONLY"}


def test_on_aws_neither_table_nor_stack_goes_by_accident(aws: Assembly) -> None:
    (table,) = aws.raw("AWS::DynamoDB::GlobalTable")
    assert table["Properties"]["Replicas"][0]["DeletionProtectionEnabled"] is True
    assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert _termination_protection(aws) is True


def test_on_this_machine_everything_goes_with_its_stack(local: Assembly) -> None:
    (table,) = local.raw("AWS::DynamoDB::GlobalTable")
    assert table["Properties"]["Replicas"][0]["DeletionProtectionEnabled"] is False
    resources = [r for template in local.templates.values() for r in template["Resources"].values()]
    assert {r.get("DeletionPolicy", "Delete") for r in resources} == {"Delete"}
    assert not _termination_protection(local)


def test_the_custom_resource_carries_the_checked_budgets_as_an_asset(aws: Assembly) -> None:
    (resource,) = aws.resources("Custom::SpendplaneBudgets").values()
    assert resource["ServiceToken"] == "Function:spendplane-define.Arn"
    key = resource["DefinitionsKey"]
    assert key == f"{resource['DefinitionsHash']}.json"
    definitions = aws.folder / f"asset.{key}"
    assert budgets_file.BudgetsFile.model_validate_json(definitions.read_text()) == budgets_file.load(
        ROOT / "budgets.yaml"
    )
    timeout = aws.resources("AWS::Lambda::Function")["Function:spendplane-define"]["Timeout"]
    assert int(resource["ServiceTimeout"]) > timeout, "else CloudFormation gives up before the function does"


def test_stacks_and_resources_carry_the_application_tag(aws: Assembly) -> None:
    for stack in (STATE, CONTROL):
        assert _manifest(aws.folder)[stack]["properties"]["tags"] == {"application": "spendplane"}
    tag = {"Key": "application", "Value": "spendplane"}
    for type_ in ("AWS::Lambda::Function", "AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::Events::EventBus"):
        assert all(tag in resource["Tags"] for resource in aws.resources(type_).values())


def _keys(partition: str, sort: str) -> list[dict[str, str]]:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]


def _termination_protection(assembly: Assembly) -> bool:
    return bool(_manifest(assembly.folder)[STATE]["properties"].get("terminationProtection"))


def _manifest(folder: Path) -> dict[str, dict[str, dict[str, object]]]:
    artifacts: dict[str, dict[str, dict[str, object]]] = json.loads((folder / "manifest.json").read_text())["artifacts"]
    return artifacts
