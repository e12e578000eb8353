"""An app of a team, whose resources have to carry the tags."""

import json
from pathlib import Path

import pytest
from aws_cdk import App, Aspects, Stack

from stacks.tagging import RequireTags
from tests.stacks.assembly import ROOT


@pytest.fixture
def app(tmp_path: Path) -> App:
    """With the project's flags, but without CDK's own opinion on resources that are this small."""
    flags = json.loads((ROOT / "cdk.json").read_text())["context"]
    context = {**flags, "@aws-cdk/core:validateAgainstDefaultRules": False}
    return App(context=context, outdir=str(tmp_path), analytics_reporting=False)


@pytest.fixture
def stack(app: App) -> Stack:
    Aspects.of(app).add(RequireTags())
    return Stack(app, "Team")
