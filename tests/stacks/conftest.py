"""One synthesis for each target and session; the layer, which takes a network, is an empty folder here."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from stacks import code
from stacks.target import Target
from tests.stacks import bedrock_logs
from tests.stacks.assembly import Assembly, synthesise


def _empty_layer(folder: Path, _target: Target, _requirements: Path) -> None:
    (folder / "python").mkdir(parents=True, exist_ok=True)


@pytest.fixture(scope="session")
def empty_layers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No package is installed; the hashes are the true ones all the same."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(code, "LAYERS", tmp_path_factory.mktemp("layers"))
        patch.setattr(code, "_build", _empty_layer)
        yield


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory, empty_layers: None) -> Assembly:  # noqa: ARG001
    """For an AWS account: the default."""
    return synthesise(tmp_path_factory.mktemp("aws"))


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory, empty_layers: None) -> Assembly:  # noqa: ARG001
    """For the account on this machine."""
    return synthesise(tmp_path_factory.mktemp("local"), target="local")


@pytest.fixture(scope="session")
def bedrock_cloudwatch(tmp_path_factory: pytest.TempPathFactory, empty_layers: None) -> Assembly:  # noqa: ARG001
    """With Bedrock's invocation logs turned on, into a log group."""
    return bedrock_logs.turned_on(tmp_path_factory.mktemp("bedrock_cloudwatch"))


@pytest.fixture(scope="session")
def bedrock_s3(tmp_path_factory: pytest.TempPathFactory, empty_layers: None) -> Assembly:  # noqa: ARG001
    """The same into a bucket."""
    return bedrock_logs.turned_on_into_s3(tmp_path_factory.mktemp("bedrock_s3"))


@pytest.fixture(scope="session")
def bedrock_existing(tmp_path_factory: pytest.TempPathFactory, empty_layers: None) -> Assembly:  # noqa: ARG001
    """With those read that somebody else turned on."""
    return bedrock_logs.left_as_they_are(tmp_path_factory.mktemp("bedrock_existing"))
