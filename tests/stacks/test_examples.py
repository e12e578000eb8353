"""The examples are synthesised as a reader would, and endpoints.yaml becomes a stack of its own."""

import json
import os
import runpy
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from cfnlint.api import lint_file  # type: ignore[import-untyped]  # it carries no types

from app import build
from spendplane.contract import endpoint_entries
from spendplane.contract.yaml_file import FileError
from stacks.endpoints import AsyncSettings, OffPeak, RealtimeSettings, ServerlessSettings
from stacks.endpoints.settings import WORKLOADS
from stacks.inputs import Inputs
from tests.stacks.assembly import BUDGETS, CONTROL, ROOT, STATE, Assembly, load_only, new_app
from tests.stacks.endpoints_app import tags

ENDPOINTS = "SpendplaneEndpoints"
EXAMPLE = str(ROOT / "examples" / "endpoints.yaml")
OWN_APP = ROOT / "examples" / "scale_to_zero" / "app.py"
KEY = "1234abcd-12ab-34cd-56ef-1234567890ab"
COMPONENT, SCALABLE = "AWS::SageMaker::InferenceComponent", "AWS::ApplicationAutoScaling::ScalableTarget"


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory, empty_layers: None) -> Assembly:  # noqa: ARG001
    """The whole app with the example's endpoints."""
    folder = tmp_path_factory.mktemp("endpoints")
    app = new_app(folder, endpoints=EXAMPLE)
    build(app, Inputs.of(app))
    app.synth()
    return load_only(folder, STATE, CONTROL, BUDGETS, ENDPOINTS)


def test_the_file_becomes_one_stack_with_every_endpoint(deployed: Assembly) -> None:
    names = {it["EndpointName"] for it in deployed.resources("AWS::SageMaker::Endpoint").values()}
    assert names == {"support-intents", "support-summaries", "copywriter"}
    outputs = deployed.outputs(ENDPOINTS).values()
    assert len(outputs) == 3
    assert sum("save 825.94 USD (469.29 instance hours) a month" in text for text in outputs) == 2


def test_reviews_have_nothing_to_say(deployed: Assembly) -> None:
    assert deployed.report() == []
    assert lint_file(deployed.folder / f"{ENDPOINTS}.template.json") == []


def test_endpoints_are_not_taken_for_spendplanes_own(deployed: Assembly) -> None:
    """The kill switch never touches what carries the tag `application: spendplane`; everything else here does."""
    template = deployed.templates[ENDPOINTS]["Resources"].values()
    assert not [it["Type"] for it in template if "application" in tags(it.get("Properties", {}))]
    manifest = json.loads((deployed.folder / "manifest.json").read_text())["artifacts"]
    assert "application" not in manifest[ENDPOINTS]["properties"].get("tags", {})
    assert manifest[CONTROL]["properties"]["tags"] == manifest[STATE]["properties"]["tags"]


def test_the_kill_switch_finds_scaling_with_the_tags_that_its_rights_ask_for(deployed: Assembly) -> None:
    for kind in (COMPONENT, SCALABLE):
        for properties in deployed.resources(kind).values():
            said = tags(properties)
            assert said["environment"] == "staging"
            assert said["project"] in {"support-agents", "marketing-gen-v1"}


def test_the_other_stacks_are_the_same_with_and_without(deployed: Assembly, aws: Assembly) -> None:
    names = (STATE, CONTROL, BUDGETS)
    assert {name: deployed.templates[name] for name in names} == {name: aws.templates[name] for name in names}


def test_two_syntheses_make_the_same_stack(deployed: Assembly, tmp_path: Path) -> None:
    app = new_app(tmp_path, endpoints=EXAMPLE)
    build(app, Inputs.of(app))
    app.synth()
    name = f"{ENDPOINTS}.template.json"
    assert (tmp_path / name).read_text() == (deployed.folder / name).read_text()


def test_settings_of_the_file_reach_the_constructs(tmp_path: Path) -> None:
    serverless, queue, chat = (order.settings for order in Inputs.of(new_app(tmp_path, endpoints=EXAMPLE)).endpoints)
    assert isinstance(serverless, ServerlessSettings)
    assert (serverless.memory_mb, serverless.max_concurrency) == (3072, 10)
    assert isinstance(queue, AsyncSettings)
    assert queue.off_peak == OffPeak(time_zone="Europe/Berlin", start="07:00", end="19:00")
    assert queue.price_per_hour == Decimal("1.76")
    assert isinstance(chat, RealtimeSettings)
    assert (chat.model.isolated, chat.accelerators, chat.memory_mb) == (True, 1, 12288)


def test_without_the_file_there_are_no_endpoints_and_no_stack(tmp_path: Path, aws: Assembly) -> None:
    assert Inputs.of(new_app(tmp_path)).endpoints == ()
    assert not (aws.folder / f"{ENDPOINTS}.template.json").exists()
    empty = tmp_path / "empty.yaml"
    empty.write_text("# nothing yet\n")
    assert Inputs.of(new_app(tmp_path, endpoints=str(empty))).endpoints == ()


def test_topic_and_key_of_the_file_are_used(tmp_path: Path, empty_layers: None) -> None:  # noqa: ARG001
    topic, key = "arn:aws:sns:eu-central-1:111122223333:owners", f"arn:aws:kms:eu-central-1:111122223333:key/{KEY}"
    text = Path(EXAMPLE).read_text().replace("    kind:", f"    alarm_topic: {topic}\n    kms_key: {key}\n    kind:")
    file = tmp_path / "endpoints.yaml"
    file.write_text(text)
    app = new_app(tmp_path / "out", endpoints=str(file), target="local")
    build(app, Inputs.of(app))
    app.synth()
    made = load_only(tmp_path / "out", ENDPOINTS)
    assert [it["KmsKeyId"] for it in made.resources("AWS::SageMaker::EndpointConfig").values()] == [key] * 3
    assert sum(it["AlarmActions"] == [topic] for it in made.resources("AWS::CloudWatch::Alarm").values()) == 12


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"nowhere.yaml: cannot be read"):
        Inputs.of(new_app(tmp_path, endpoints="nowhere.yaml"))


def test_a_mistake_ends_with_its_line(tmp_path: Path) -> None:
    wrong = tmp_path / "endpoints.yaml"
    wrong.write_text(Path(EXAMPLE).read_text().replace("memory_mb: 3072", "memory_mb: 3000"))
    done = _run(ROOT / "app.py", tmp_path, CDK_CONTEXT_JSON=json.dumps({"endpoints": str(wrong)}))
    assert done.returncode == 1
    assert f"{wrong}:13: endpoints[0].memory_mb: " in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("out/*.template.json"))


def test_the_file_and_the_constructs_know_the_same_words() -> None:
    workload = endpoint_entries.Entry.model_fields["workload_type"].annotation
    assert workload is not None
    assert workload.__args__ == WORKLOADS


def test_every_setting_is_explained() -> None:
    text = (ROOT / "docs" / "endpoints.md").read_text()
    kinds = (endpoint_entries.ServerlessEntry, endpoint_entries.AsyncEntry, endpoint_entries.RealtimeEntry)
    rows = "".join(line.split("|")[1] for line in text.splitlines() if line.startswith("| `"))
    missing = {name for kind in kinds for name in kind.model_fields if f"`{name}`" not in rows}
    assert missing == {"kind"}
    assert all(f"`{name}`" in text for name in endpoint_entries.OffPeakEntry.model_fields)


def test_an_app_of_ones_own_needs_only_the_constructs(tmp_path: Path) -> None:
    done = _run(OWN_APP, tmp_path, PYTHONPATH=str(ROOT))
    assert done.returncode == 0, done.stderr
    made = load_only(tmp_path / "out", "Summaries")
    assert made.report() == []
    assert lint_file(made.folder / "Summaries.template.json") == []
    assert len(OWN_APP.read_text().splitlines()) <= 40


def test_the_constructs_bring_nothing_of_the_core_with_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDK_OUTDIR", str(tmp_path))
    for name in [name for name in sys.modules if name.split(".")[0] == "spendplane"]:
        monkeypatch.delitem(sys.modules, name)
    runpy.run_path(str(OWN_APP))
    assert not [name for name in sys.modules if name.split(".")[0] == "spendplane"]


def _run(app: Path, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    both = f"{ROOT / 'functions'}{os.pathsep}{ROOT}"
    env = {**os.environ, "CDK_OUTDIR": str(folder / "out"), "PYTHONPATH": both, **environment}
    command = [sys.executable, str(app)]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=120)
