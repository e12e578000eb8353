"""What AWS Budgets itself may do when the bill of a budget passes 100 %: deny named roles the calling of models."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from spendplane.domain.bill import Watch

MAX_ROLES = 100
"""`Roles` of an IAM action (AWS Budgets API reference, IamActionDefinition)."""
RoleName = Annotated[str, StringConstraints(pattern=r"^([!-~]+/)?[\w+=,.@-]{1,64}$", max_length=576)]


class BudgetAction(BaseModel):
    """`deny_roles` are names of IAM roles, with their path if they have one (`teams/writer`).

    `approval: manual` asks a person first, in the console or by its API; `automatic` does not.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, defer_build=True)

    deny_roles: list[RoleName] = Field(min_length=1, max_length=MAX_ROLES)
    approval: Literal["manual", "automatic"] = "manual"

    @field_validator("deny_roles")
    @classmethod
    def _each_once(cls, value: list[str]) -> list[str]:
        if len(set(value)) < len(value):
            raise ValueError("names a role twice; remove one of the two")
        return sorted(value)


def problems(selector: Mapping[str, Sequence[str]], watched: Watch | None, protected: Sequence[str]) -> Iterator[str]:
    """Why a budget cannot have an action. `watched` is how AWS can express it; None: no AWS budget is wanted."""
    environments = selector.get("environment", ())
    if not environments or set(environments) & set(protected):
        yield (
            f"`aws_budget_action` denies roles what they do: name the `environment` in `match`, and none that is "
            f"protected ({', '.join(protected)})"
        )
    if watched is None:
        yield "`aws_budget_action` needs the AWS budget that `aws_budget: false` leaves out; remove one of the two"
    elif watched.part is None:
        yield f"`aws_budget_action` has no AWS budget to act for: {'; '.join(watched.missing)}"
