"""`budgets.yaml`: what is wrong with it is said with its line and the mend."""

import json
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest

from spendplane.contract import budgets_file
from spendplane.contract.budget_entries import KillSwitch
from spendplane.contract.budgets_file import BudgetsFile
from spendplane.contract.usage_event import Environment
from spendplane.contract.yaml_file import FileError
from spendplane.domain.periods import Period
from spendplane.domain.targets import KNOWN_ENVIRONMENTS

ROOT = Path(__file__).parents[3]
HEAD = "version: 1\nbudgets:\n"

ELEVEN = "".join(f"      {name}: {[f'v{n}' for n in range(11)]}\n" for name in ("project_id", "team", "user_id"))

BAD = {
    "unknown key": (HEAD + "  - id: a\n    limt_usd: 5\n", 4, "budgets[0].limt_usd: unknown key; remove it"),
    "unknown key at the top": ("version: 1\nbudget: []\n", 2, "budget: unknown key"),
    "unknown default": ("version: 1\ndefaults: {limit_usd: 4}\n", 2, "defaults.limit_usd: unknown key"),
    "duplicate id": (HEAD + "  - id: a\n    limit_usd: 5\n  - id: a\n    period: daily\n", 5, "choose another id"),
    "overlapping nonsense": (HEAD + "  - id: a\n  - id: b\n    limit_usd: 5\n", 4, "merge the two"),
    "negative limit": (HEAD + "  - id: a\n    limit_usd: -5\n", 4, "write 0 where nothing may be spent"),
    "negative tokens": (HEAD + "  - id: a\n    limit_tokens: -1\n", 4, "write 0 where none may be used"),
    "boolean limit": (HEAD + "  - id: a\n    limit_usd: yes\n", 4, "a number of US dollars"),
    "limit in words": (HEAD + "  - id: a\n    limit_usd: lots\n", 4, "limit_usd: Input should be a valid decimal"),
    "infinite limit": (HEAD + "  - id: a\n    limit_usd: .inf\n", 4, "limit_usd: "),
    "fractional requests": (HEAD + "  - id: a\n    limit_requests: 1.5\n", 4, "limit_requests: "),
    "unknown period": (HEAD + "  - id: a\n    period: fortnightly\n", 4, "use one of daily, weekly, monthly, total"),
    "unknown environment": (HEAD + "  - id: a\n    match: {environment: prod}\n", 3, "`prod`; known: production"),
    "unknown attribute": (HEAD + "  - id: a\n    match: {projct_id: x}\n", 3, "did you mean `project_id`?"),
    "unknown per": (HEAD + "  - id: a\n    per: user\n", 3, "did you mean `user_id`?"),
    "per one value": (HEAD + "  - id: a\n    match: {user_id: u}\n    per: user_id\n", 3, "remove one of the two"),
    "shards with per": (HEAD + "  - id: a\n    per: user_id\n    shards: 4\n", 3, "remove `shards`"),
    "no id": (HEAD + "  - limit_usd: 5\n", 3, "give the budget an id"),
    "capitals in the id": (HEAD + "  - id: Marketing\n", 3, "use lower-case letters"),
    "hash in a value": (HEAD + "  - id: a\n    match: {user_id: 'a#b'}\n", 4, "match.user_id"),
    "number for a string": (HEAD + "  - id: a\n    match: {project_id: 17}\n", 4, "write the value in quotes"),
    "empty list": (HEAD + "  - id: a\n    match: {project_id: []}\n", 4, "match.project_id"),
    "no thresholds": (HEAD + "  - id: a\n    thresholds: []\n", 4, "thresholds"),
    "threshold of zero": (HEAD + "  - id: a\n    thresholds: [0]\n", 4, "thresholds[0]"),
    "fractional threshold": (HEAD + "  - id: a\n    thresholds: [79.5]\n", 4, "thresholds[0]"),
    "no version": ("budgets: []\n", 1, "begin the file with `version: 1`"),
    "another version": ("version: 2\n", 1, "this release reads version 1"),
    "unknown mode": ("version: 1\nmode: on\n", 2, "mode"),
    "unknown protected environment": ("version: 1\nprotected_environments: [prod]\n", 2, "protected_environments[0]"),
    "unprotected production": ("version: 1\nprotected_environments: [staging]\n", 2, "must name `production`"),
    "nothing protected": ("version: 1\nprotected_environments: []\n", 2, "`production`: it is never throttled"),
    "protected by a word": ("version: 1\nprotected_environments: production\n", 2, "protected_environments"),
    "capitals protected": ("version: 1\nprotected_environments: [Production]\n", 2, "protected_environments[0]"),
    "unknown bound": ("version: 1\nkill_switch:\n  max_target: 5\n", 3, "kill_switch.max_target: unknown key"),
    "no target at all": ("version: 1\nkill_switch:\n  max_targets: 0\n", 3, "greater than or equal to 1"),
    "too many targets": ("version: 1\nkill_switch: {max_targets: 1001}\n", 2, "less than or equal to 1000"),
    "drift below none": ("version: 1\nkill_switch: {max_drift_percent: -1}\n", 2, "greater than or equal to 0"),
    "drift on": ("version: 1\nkill_switch: {max_drift_percent: yes}\n", 2, "kill_switch.max_drift_percent"),
    "targets in words": ("version: 1\nkill_switch: {max_targets: '20'}\n", 2, "kill_switch.max_targets"),
    "half a target": ("version: 1\nkill_switch: {max_targets: 2.5}\n", 2, "kill_switch.max_targets"),
    "targets on": ("version: 1\nkill_switch: {max_targets: yes}\n", 2, "kill_switch.max_targets"),
    "no attempt": ("version: 1\nkill_switch: {max_attempts: 0}\n", 2, "greater than or equal to 1"),
    "too many attempts": ("version: 1\nkill_switch: {max_attempts: 101}\n", 2, "less than or equal to 100"),
    "idle without hours": ("version: 1\nidle: {mode: enforce}\n", 2, "such as `after_hours: 48`"),
    "idle at once": ("version: 1\nidle: {after_hours: 48, notice_hours: 0}\n", 2, "greater than or equal to 1"),
    "idle for ever": ("version: 1\nidle: {after_hours: 721}\n", 2, "less than or equal to 720"),
    "a budget called idle": (
        "version: 1\nbudgets:\n  - {id: idle}\n",
        3,
        "`idle` stands for what nobody calls; choose another id",
    ),
    "bounds in a list": ("version: 1\nkill_switch: [max_targets]\n", 2, "kill_switch"),
    "a switch in quotes": ("version: 1\naws_budgets: 'no'\n", 2, "write true or false, without quotes"),
    "another switch in quotes": (HEAD + "  - id: a\n    aws_budget: 'true'\n", 4, "budgets[0].aws_budget: "),
    "the same key twice": (HEAD + "  - id: a\n    limit_usd: 5\n    limit_usd: 6\n", 5, "first in line 4"),
    "not YAML": ("version: 1\n  budgets: [\n", 2, "check indentation and quotes"),
    "a tab": ("version: 1\nbudgets:\n\t- id: a\n", 3, "check indentation"),
    "a list": ("- id: a\n", 1, "begin it with `version: 1`"),
    "empty": ("", 1, "begin it with `version: 1`"),
    "text": ("hello", 1, "begin it with `version: 1`"),
    "budgets as a mapping": ("version: 1\nbudgets: {a: 5}\n", 2, "budgets"),
    "too many combinations": (HEAD + "  - id: a\n    match:\n" + ELEVEN, 3, "split the budget"),
    "too many budgets for one event": (
        HEAD + "".join(f"  - id: b{n}\n    match: {{project_id: x, user_id: [u, v{n}]}}\n" for n in range(91)),
        2, "at most 90 are possible",
    ),
}  # fmt: skip


def load(tmp_path: Path, text: str) -> BudgetsFile:
    path = tmp_path / "budgets.yaml"
    path.write_text(text, encoding="utf-8")
    return budgets_file.load(path)


@pytest.mark.parametrize(("text", "line", "mend"), BAD.values(), ids=BAD)
def test_what_is_wrong_is_said_with_line_and_mend(tmp_path: Path, text: str, line: int, mend: str) -> None:
    with pytest.raises(FileError) as caught:
        load(tmp_path, text)
    said = str(caught.value)
    assert mend in said
    assert said.startswith(f"{tmp_path / 'budgets.yaml'}:{line}: ")
    assert "Traceback" not in said
    assert "pydantic" not in said
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None or caught.value.__suppress_context__


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\nbudgets: &a [*a]\n",
        "version: 1\nx: 2026-13-45\n",
        "version: 1\nx: " + "9" * 5000 + "\n",
        "version: 1\nx: " + "[" * 3000 + "\n",
        "version: 1\n? [a, b]\n: c\n",
        "version: 1\n---\nversion: 1\n",
        "version: 1\nx: !!python/object:os.system {}\n",
        "version: 1\nx: \x07\n",
        "version: !!bool perhaps\n",
        "version: 1\nx: !!timestamp tomorrow\n",
        "version: 1\nx: !!int ''\n",
        "version: 1\nbudgets: [{id: a, limit_usd: 0x" + "f" * 5000 + "}]\n",
        "version: 1\na0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{f'*a{n - 1}, ' * 9}]\n" for n in range(1, 10)),
    ],
)
def test_hostile_yaml_is_an_error_for_people_too(tmp_path: Path, text: str) -> None:
    with pytest.raises(FileError, match=r"budgets\.yaml"):
        load(tmp_path, text)


def test_a_value_that_is_not_what_it_looks_like_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"budgets\.yaml:3: .*'2026-13-45' cannot be read as timestamp"):
        load(tmp_path, "version: 1\nbudgets: []\nx: 2026-13-45\n")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"cannot be read \(No such file"):
        budgets_file.load(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"version: 1 # \xff")
    with pytest.raises(FileError, match="not UTF-8"):
        budgets_file.load(tmp_path / "latin.yaml")
    with pytest.raises(FileError, match="cannot be read"):
        budgets_file.load(tmp_path)


def test_every_mistake_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileError) as caught:
        load(tmp_path, HEAD + "  - id: A\n    limit_usd: -1\n    period: x\n  - id: b\n    shrads: 2\n")
    assert [line.split(":")[1] for line in str(caught.value).splitlines()] == ["3", "4", "5", "7"]


GOOD = """
version: 1
mode: enforce
defaults: {period: weekly, thresholds: [100, 50, 50], owner: ops@example.com, on_hard_limit: notify}
budgets:
  - id: a
    match: {team: "  Zoe\u0308 ", environment: [test, staging, test]}
    limit_usd: 0.1
  - {id: b, limit_usd: 1e3, limit_tokens: 0, period: daily, thresholds: [80], mode: observe, owner: me, shards: 4}
  - {id: c, per: user_id, on_hard_limit: throttle, period: total}
"""


def test_defaults_are_filled_in(tmp_path: Path) -> None:
    first, second, third = load(tmp_path, GOOD).to_domain()
    assert first.match == (("environment", ("staging", "test")), ("team", ("Zo\u00eb",)))
    assert first.limits.usd == Decimal("0.1"), "as written, not as binary"
    assert (first.period, first.thresholds, first.owner) == (Period.WEEKLY, (50, 100), "ops@example.com")
    assert (first.mode, first.on_hard_limit, first.revision, first.shards) == ("enforce", "notify", 1, 1)
    assert (second.limits.usd, second.limits.tokens, second.period) == (Decimal(1000), 0, Period.DAILY)
    assert (second.mode, second.thresholds, second.owner, second.shards) == ("observe", (80,), "me", 4)
    assert (third.per, third.limits.any, third.on_hard_limit) == ("user_id", False, "throttle")
    assert third.thresholds == (50, 100)


THROTTLING = """
version: 1
defaults: {thresholds: [50, 80]}
budgets:
  - {id: a, limit_usd: 1}
  - {id: b, limit_usd: 1, period: daily, thresholds: [120]}
  - {id: c, limit_usd: 1, period: weekly, on_hard_limit: notify}
  - {id: d, limit_usd: 1, period: total, thresholds: [120], on_hard_limit: notify}
"""


def test_what_is_throttled_has_an_alert_at_the_hard_limit(tmp_path: Path) -> None:
    """The alert sets the kill switch off: without one at 100 % it would never be looked at."""
    found = {of.id: of.thresholds for of in load(tmp_path, THROTTLING).to_domain()}
    assert found == {"a": (50, 80, 100), "b": (100, 120), "c": (50, 80), "d": (120,)}


def test_idle_is_off_and_once_said_observes(tmp_path: Path) -> None:
    assert load(tmp_path, "version: 1\n").idle is None
    idle = load(tmp_path, "version: 1\nidle: {after_hours: 48}\n").idle
    assert idle is not None
    assert (idle.after_hours, idle.notice_hours, idle.grace_hours, idle.mode) == (48, 24, 24, "observe")


def test_the_kill_switch_has_bounds(tmp_path: Path) -> None:
    plain = load(tmp_path, "version: 1\n")
    assert (plain.mode, plain.kill_switch.max_targets, plain.kill_switch.max_attempts) == ("observe", 20, 3)
    assert plain.kill_switch.max_drift_percent == 10
    text = "version: 1\nkill_switch: {max_targets: 1000, max_attempts: 1, max_drift_percent: 0}\n"
    assert load(tmp_path, text).kill_switch == KillSwitch(max_targets=1000, max_attempts=1, max_drift_percent=0)
    again = BudgetsFile.model_validate_json(load(tmp_path, text).model_dump_json())
    assert again.kill_switch.max_targets == 1000


def test_whatever_is_protected_may_not_be_throttled_and_production_always_is(tmp_path: Path) -> None:
    known = ("production", "staging", "development", "sandbox", "test")
    for number in range(1, len(known) + 1):
        text = f"version: 1\nprotected_environments: [{', '.join(known[:number])}]\n"
        assert load(tmp_path, text).throttleable_environments == known[number:]
    assert load(tmp_path, "version: 1\n").throttleable_environments == known[1:]
    twice = "version: 1\nprotected_environments: [production, production, test]\n"
    assert load(tmp_path, twice).throttleable_environments == ("staging", "development", "sandbox")
    assert get_args(Environment) == KNOWN_ENVIRONMENTS, "the contract and the rules know the same"


WATCHED = """\
version: 1
aws_budgets: {file}
budgets:
  - {{id: as-the-file, match: {{team: growth}}, limit_usd: 5}}
  - {{id: never, match: {{team: search}}, limit_usd: 5, aws_budget: false}}
  - {{id: always, limit_usd: 5, aws_budget: true}}
"""


@pytest.mark.parametrize(("file", "expected"), [("true", ["as-the-file", "always"]), ("false", ["always"])])
def test_an_aws_budget_is_wanted_as_the_file_says_unless_the_budget_says_otherwise(
    file: str, expected: list[str], tmp_path: Path
) -> None:
    loaded = load(tmp_path, WATCHED.format(file=file))
    watches = list(loaded.watches())
    assert [budget.id for budget, _ in watches] == expected
    assert all(found.part is not None for _, found in watches), "asked for by name, the whole account is meant"
    assert [budget.id for budget, _ in load(tmp_path, GOOD).watches()] == ["a", "b", "c"], "on unless switched off"


def test_the_deployments_json_is_the_same_file(tmp_path: Path) -> None:
    """What the stacks write for the custom resource comes back as it was."""
    loaded = load(tmp_path, GOOD)
    assert BudgetsFile.model_validate_json(loaded.model_dump_json()).to_domain() == loaded.to_domain()
    assert json.loads(loaded.model_dump_json())["version"] == 1


def test_our_own_file_is_good() -> None:
    assert len(budgets_file.load(ROOT / "budgets.yaml").to_domain()) >= 5
