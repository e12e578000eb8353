"""`aws_budget_action`: what cannot be, or must not, is told with its line."""

from pathlib import Path

import pytest

from spendplane.contract.budgets_file import load
from spendplane.contract.yaml_file import FileError

ACTING = "version: 1\nbudgets:\n  - {id: a, match: {project_id: p, environment: test}, limit_usd: 5, ACTION}\n"
NEEDS = "`aws_budget_action` denies roles what they do: name the `environment` in `match`"


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("environment: test", "team: t", NEEDS),
        ("environment: test", "environment: [test, production]", NEEDS),
        ("limit_usd: 5", "limit_usd: 5, aws_budget: false", "needs the AWS budget that `aws_budget: false` leaves out"),
        ("limit_usd: 5", "limit_usd: 5, period: weekly", "no AWS budget to act for: AWS Budgets has no period"),
        ("deny_roles: [r]", "deny_roles: []", "deny_roles: List should have at least 1 item"),
        ("deny_roles: [r]", "deny_roles: [r, r]", "names a role twice"),
        ("deny_roles: [r]", 'deny_roles: ["arn:aws:iam::1:role/r s"]', "String should match pattern"),
        ("deny_roles: [r]", "deny_roles: [r], approval: never", "approval"),
    ],
)
def test_an_action_of_aws_budgets_that_cannot_or_must_not_be(
    before: str, after: str, message: str, tmp_path: Path
) -> None:
    file = tmp_path / "budgets.yaml"
    text = ACTING.replace("ACTION", "aws_budget_action: {deny_roles: [r]}")
    file.write_text(text.replace(before, after))
    with pytest.raises(FileError) as raised:
        load(file)
    assert message in str(raised.value)
    assert f"{file}:3: " in str(raised.value)
    file.write_text(text)
    (entry,) = load(file).budgets
    assert entry.aws_budget_action is not None
    assert entry.aws_budget_action.approval == "manual", "nothing is denied without a person, unless the file says so"
