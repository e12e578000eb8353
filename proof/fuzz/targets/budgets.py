"""`budgets.yaml`, from the file to what the deployment is given."""

from collections.abc import Iterator

from proof.fuzz import ends
from proof.fuzz.files import on_disk, told
from proof.fuzz.target import Target
from spendplane.contract.budgets_file import BudgetsFile, load
from spendplane.contract.yaml_file import FileError

_MORE = b"""version: 1
mode: enforce
protected_environments: [production, test]
kill_switch: {max_targets: 5, max_attempts: 2}
aws_budgets: false
producers: {com.example.chat: [p, q], com.example.batch: r, com.example.gateway: "*"}
defaults: {thresholds: [50, 80, 100], on_hard_limit: throttle, on_soft_limit: degrade, period: weekly}
budgets:
  - {id: a, match: {project_id: [p, q], environment: staging}, limit_usd: 5.5, period: daily, shards: 3}
  - {id: b, per: user_id, limit_tokens: 10, limit_requests: 0, owner: a@example.com, mode: observe, aws_budget: true}
  - id: c
    match: {environment: [staging, sandbox]}
    limit_usd: 1e3
    aws_budget: true
    aws_budget_action: {deny_roles: [chat], approval: automatic}
"""


def check(data: bytes) -> None:
    """A file that is taken says the same once more as JSON, which is how the deployment gets it."""
    with on_disk(data) as path:
        try:
            parsed = load(path)
        except FileError as error:
            told(error, path)
            return
    budgets = parsed.to_domain()
    assert len({budget.id for budget in budgets}) == len(budgets)
    assert "production" not in parsed.throttleable_environments
    list(parsed.watches())
    list(parsed.acting())
    again = BudgetsFile.model_validate_json(parsed.model_dump_json())
    assert (again.to_domain(), again.bound()) == (budgets, parsed.bound())


def seeds() -> Iterator[bytes]:
    """The files of the project, and one with every key."""
    yield _MORE
    for name in ("budgets.yaml", "tests/e2e/budgets.yaml"):
        yield (ends.ROOT / name).read_bytes()


TARGET = Target(
    reads="budgets.yaml",
    holds="budgets with ids of their own, the same through JSON; or an error with file and line",
    check=check,
    seeds=seeds,
    syntax="yaml",
)
