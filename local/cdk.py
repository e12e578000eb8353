"""The real CDK command line, against the local account."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from local import toolchain
from local.environment import client_env, isolated
from local.errors import LocalAccountError
from local.settings import ACCOUNT_ID, REGION
from local.workdir import ROOT, Record, Workdir

_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
# What stands around the reason of a failure and does not help to mend it.
_NOISE = re.compile(r"\s*at |.*_(IN_PROGRESS|COMPLETE) |Source Location|.*no user code in|.*Subprocess exited|\s*$")
_SHOWN_LINES = 20


class Command:
    """One run of the CDK command line, in a session of its own, so that it ends with all that it started."""

    def __init__(self, workdir: Workdir, arguments: Sequence[str], *, record: Record | None, cwd: Path) -> None:
        self._name = arguments[0]
        self._log = workdir.cdk_log(self._name)
        account = {} if record is None else client_env(record, {})
        env = {**account, "CDK_HOME": str(workdir.path / "cdk-home"), "NO_COLOR": "1"}
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [*toolchain.cdk_command(), *arguments, "--no-notices", "--ci"],
                cwd=cwd,
                env=toolchain.with_tools(isolated(env)),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait(self) -> None:
        """Returns when it is done; raises LocalAccountError with the reason where it failed."""
        if self._process.wait():
            raise LocalAccountError(f"cdk {self._name} failed:\n{reason(self._log)}\n    (all of it: {self._log})")

    def end(self) -> None:
        """Ends it if it still runs."""
        if self._process.poll() is None:  # not collected yet, so its number is still its own
            os.killpg(self._process.pid, signal.SIGTERM)
            self._process.wait()


@contextmanager
def synthesis(workdir: Workdir, context: Mapping[str, str]) -> Iterator[Command]:
    """Synthesises the stacks in the background of the block, which waits for it or leaves it to be ended."""
    options = [f"--context={name}={value}" for name, value in context.items()]
    command = Command(workdir, ["synth", "--quiet", "--output", str(workdir.cdk_out), *options], record=None, cwd=ROOT)
    try:
        yield command
    finally:
        command.end()


def bootstrap(workdir: Workdir, record: Record) -> None:
    """Prepares the account for assets; raises LocalAccountError where that fails."""
    # Not in the project's folder: there it would synthesise the app, which it does not need.
    _run(workdir, record, ["bootstrap", f"aws://{ACCOUNT_ID}/{REGION}"], cwd=workdir.path)


def deploy(workdir: Workdir, record: Record) -> dict[str, str]:
    """Deploys every stack as last synthesised, and returns their outputs; raises LocalAccountError where that fails."""
    options = ["--app", str(workdir.cdk_out), "--outputs-file", str(workdir.outputs), "--require-approval", "never"]
    _run(workdir, record, ["deploy", "--all", "--progress", "events", *options])
    return read_outputs(workdir)


def destroy(workdir: Workdir, record: Record) -> None:
    """Deletes every stack as last synthesised; raises LocalAccountError where that fails."""
    _run(workdir, record, ["destroy", "--all", "--force", "--app", str(workdir.cdk_out)])
    workdir.outputs.unlink(missing_ok=True)


def read_outputs(workdir: Workdir) -> dict[str, str]:
    """The outputs of all stacks by their names; empty before the first deployment."""
    if not workdir.outputs.exists():
        return {}
    stacks: dict[str, dict[str, str]] = json.loads(workdir.outputs.read_text())
    return {name: value for outputs in stacks.values() for name, value in outputs.items()}


def _run(workdir: Workdir, record: Record, arguments: Sequence[str], cwd: Path = ROOT) -> None:
    command = Command(workdir, arguments, record=record, cwd=cwd)
    try:
        command.wait()
    finally:
        command.end()


def reason(log: Path) -> str:
    """The part of a failed command's output that says why, indented."""
    lines = [_COLOURS.sub("", line).rstrip() for line in log.read_text(errors="replace").splitlines()]
    verdict = next((number for number, line in enumerate(lines) if line.lstrip().startswith("❌")), 0)
    telling = [line for line in lines[verdict:] if not _NOISE.match(line)]
    return "\n".join(f"    {line}" for line in telling[-_SHOWN_LINES:])
