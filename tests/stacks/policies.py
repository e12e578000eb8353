"""The rights of a role, statement by statement, with every list as a set."""

from dataclasses import dataclass, field
from typing import Any

from tests.stacks.assembly import Assembly, Json

AUDIT = "AuditIsWrittenOnce"
_REAL = {"<AWS::Partition>": "aws", "<AWS::Region>": "us-east-1", "<AWS::AccountId>": "000000000000"}


@dataclass(frozen=True)
class Statement:
    """One statement of an IAM policy; `sid` is empty for those without a name."""

    effect: str
    actions: frozenset[str]
    resources: frozenset[str]
    conditions: Json = field(default_factory=dict, hash=False)
    sid: str = ""


def function_statements(assembly: Assembly, capability: str) -> list[Statement]:
    """Everything that the role of `spendplane-<capability>` has."""
    return role_statements(
        assembly, assembly.resources("AWS::Lambda::Function")[f"Function:{name(capability)}"]["Role"]
    )


def role_statements(assembly: Assembly, role_arn: str) -> list[Statement]:
    """Over every policy that is attached to the role."""
    return [_statement(statement) for statement in documents(assembly, role_arn)]


def documents(assembly: Assembly, role_arn: str) -> list[Json]:
    """The same, as they stand in the templates."""
    role = role_arn.removesuffix(".Arn")
    policies = assembly.resources("AWS::IAM::Policy").values()
    found = [policy["PolicyDocument"]["Statement"] for policy in policies if role in policy["Roles"]]
    return [statement for statements in found for statement in statements]


def deployed(value: Any, region: str = "us-east-1", partition: str = "aws") -> Any:
    """As the account on this machine would have it: references of the templates become names."""
    if isinstance(value, dict):
        return {key: deployed(item, region, partition) for key, item in value.items()}
    if isinstance(value, list):
        return [deployed(item, region, partition) for item in value]
    text = str(value)
    for placeholder, real in {**_REAL, "<AWS::Region>": region, "<AWS::Partition>": partition}.items():
        text = text.replace(placeholder, real)
    return text


def name(capability: str) -> str:
    """Of its function."""
    return f"spendplane-{capability}"


def _statement(statement: Json) -> Statement:
    return Statement(
        statement["Effect"],
        _set(statement["Action"]),
        _set(statement["Resource"]),
        statement.get("Condition", {}),
        statement.get("Sid", ""),
    )


def _set(value: str | list[str]) -> frozenset[str]:
    return frozenset([value] if isinstance(value, str) else value)
