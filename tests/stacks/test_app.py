"""`app.py` as the CDK command line runs it: the same in, the same out, and words instead of stack traces."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from spendplane.contract.yaml_file import FileError
from stacks.inputs import Inputs
from stacks.target import InputError
from tests.stacks.assembly import BUDGETS, CONTROL, ROOT, STATE, Assembly, load, new_app

BAD_BUDGETS = """\
version: 1
budgets:
  - id: marketing
    limit_usd: 5
    period: monthly
  - id: research
    limit_usd: -5
    period: monthly
"""


def test_another_process_in_another_folder_makes_the_same_assembly(aws: Assembly, tmp_path: Path) -> None:
    done = _run(tmp_path, PYTHONHASHSEED="7")
    assert done.returncode == 0, done.stderr
    files = {file.name for file in aws.folder.glob("*.json")}
    assert files >= {f"{stack}.{kind}.json" for stack in (STATE, CONTROL, BUDGETS) for kind in ("template", "metadata")}
    for name in files:
        assert (tmp_path / "out" / name).read_text() == (aws.folder / name).read_text(), name
    assert load(tmp_path / "out").report() == []


def test_nothing_of_this_machine_is_in_the_templates(aws: Assembly) -> None:
    for file in aws.folder.glob("*.json"):
        text = file.read_text()
        assert str(ROOT) not in text, file.name
        assert str(Path.home()) not in text, file.name


def test_bad_budgets_end_with_the_line_and_no_stack_trace(tmp_path: Path) -> None:
    budgets = tmp_path / "budgets.yaml"
    budgets.write_text(BAD_BUDGETS)
    done = _run(tmp_path, budgets=str(budgets))
    assert done.returncode == 1
    assert f"{budgets}:7:" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("out/*.template.json"))


@pytest.mark.parametrize(
    ("context", "message"),
    [
        ({"budgets": "nowhere.yaml"}, "nowhere.yaml"),
        ({"prices": "nowhere.yaml"}, "nowhere.yaml"),
        ({"target": "mars"}, "unknown target 'mars': use -c target=aws or -c target=local"),
    ],
)
def test_wrong_context_is_named(context: dict[str, str], message: str, tmp_path: Path) -> None:
    with pytest.raises((FileError, InputError)) as raised:
        Inputs.of(new_app(tmp_path, **context))
    assert message in str(raised.value)


def test_notices_send_their_readers_to_the_runbook_that_the_deployment_names(tmp_path: Path) -> None:
    assert Inputs.of(new_app(tmp_path)).runbook == "docs/runbook.md"
    assert Inputs.of(new_app(tmp_path, runbook="https://wiki.example.com/r")).runbook == "https://wiki.example.com/r"


def test_the_command_line_runs_the_projects_own_python_with_every_recommended_flag() -> None:
    settings = json.loads((ROOT / "cdk.json").read_text())
    assert settings["app"] == ".venv/bin/python app.py"
    assert settings["context"]["@aws-cdk/core:validateAgainstDefaultRules"] is True
    assert len(settings["context"]) > 80


def _run(folder: Path, *, PYTHONHASHSEED: str = "0", **context: str) -> subprocess.CompletedProcess[str]:  # noqa: N803
    flags = json.loads((ROOT / "cdk.json").read_text())["context"]
    env = {
        **os.environ,
        "CDK_CONTEXT_JSON": json.dumps({**flags, **context}),
        "CDK_OUTDIR": str(folder / "out"),
        "PYTHONHASHSEED": PYTHONHASHSEED,
        "PYTHONPATH": str(ROOT / "functions"),
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # compiled, the CDK library loads in a quarter of the time
    command = [sys.executable, str(ROOT / "app.py")]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=120)
