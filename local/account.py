"""One local account, from its start to its end. See `local_account` for one that lives as long as a block."""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from local import cdk, emulators
from local.environment import client_env
from local.errors import LocalAccountError
from local.workdir import DEFAULT, ROOT, Record, Workdir

Step = Callable[[str], AbstractContextManager[None]]
"""Told the name of each step, and entered for as long as it takes."""


def _unseen(_label: str) -> AbstractContextManager[None]:
    return nullcontext()


class LocalAccount:
    """The account of one folder. It may be used by other processes than the one that started it."""

    def __init__(self, workdir: Path = DEFAULT) -> None:
        self.files = Workdir(Path(os.path.abspath(workdir)))  # noqa: PTH100  # resolve() would follow links
        self._process: emulators.Process | None = None

    @property
    def running(self) -> bool:
        """Whether its process runs now."""
        return self.files.record() is not None

    @property
    def record(self) -> Record:
        """Who and where it is; raises LocalAccountError when it does not run."""
        record = self.files.record()
        if record is None:
            raise LocalAccountError(f"no local account runs in {self.files.path}: start it with `make up`.")
        return record

    @property
    def endpoint(self) -> str:
        """The one URL of all services."""
        return self.record.endpoint

    @property
    def outputs(self) -> dict[str, str]:
        """Outputs of all stacks by name, such as `QueueUrl`; empty before the first deployment."""
        return cdk.read_outputs(self.files)

    @property
    def env(self) -> dict[str, str]:
        """What a client's environment needs to reach this account."""
        return client_env(self.record, self.outputs)

    def client(self, service: str, **options: Any) -> Any:  # boto3 makes its clients at run time
        """A boto3 client with root rights here, whatever the caller's AWS settings say."""
        import boto3

        env = self.env
        session = boto3.Session(env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], region_name=env["AWS_REGION"])
        return session.client(service, **{"endpoint_url": self.endpoint, **options})  # type: ignore[call-overload]

    def start(self, port: int | None = None, *, with_parent: bool = False) -> None:
        """Starts the emulators and returns when they answer; raises LocalAccountError where they do not.

        `with_parent`: they end when this process ends, however that happens; else they outlive it.
        """
        self.files.outputs.unlink(missing_ok=True)
        self._process = emulators.start(self.files, port, with_parent=with_parent)

    def deploy(self, *, budgets: Path | None = None, context: Mapping[str, str] | None = None) -> dict[str, str]:
        """Deploys every stack, with the budgets in that file, and returns the outputs.

        Raises LocalAccountError with the reason in short. What was deployed before is updated, as on AWS.
        """
        return self.launch(budgets=budgets, context=context)

    def launch(
        self,
        *,
        budgets: Path | None = None,
        context: Mapping[str, str] | None = None,
        port: int | None = None,
        with_parent: bool = False,
        step: Step = _unseen,
    ) -> dict[str, str]:
        """Starts the account if it does not run, and deploys every stack; the synthesis goes on beside the start."""
        given = {"budgets": str(Path(budgets).resolve())} if budgets else {}
        self.files.path.mkdir(parents=True, exist_ok=True)
        with cdk.synthesis(self.files, {"target": "local", **given, **(context or {})}) as synthesis:
            if not self.running:
                with step("starting the local account"):
                    self.start(port, with_parent=with_parent)
            self._bootstrap(step)
            with step("cdk synth"):
                synthesis.wait()
        with step("cdk deploy --all"):
            return cdk.deploy(self.files, self.record)

    def destroy(self) -> None:
        """Deletes every stack; the account goes on."""
        cdk.destroy(self.files, self.record)

    def stop(self) -> bool:
        """Ends the emulators and every function's process. Returns False when nothing was running."""
        return emulators.stop(self.files, self._process)

    def _bootstrap(self, step: Step) -> None:
        record = self.record
        if not record.bootstrapped:
            with step("cdk bootstrap"):
                cdk.bootstrap(self.files, record)
            self.files.write_record(replace(record, bootstrapped=True))


@contextmanager
def local_account(
    *,
    budgets: Path | None = None,
    context: Mapping[str, str] | None = None,
    workdir: Path | None = None,
    deployed: bool = True,
    step: Step = _unseen,
) -> Iterator[LocalAccount]:
    """An account of its own, apart from that of `make up`, which ends with the block or with this process.

    With `deployed`, every stack is in it when the block begins. A given `workdir` is kept, else it goes in the end.
    Raises LocalAccountError where it cannot be started or deployed to.
    """
    (ROOT / "build").mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="account-", dir=ROOT / "build")) if workdir is None else workdir
    account = LocalAccount(folder)
    with account.files.lock():
        if account.running:
            raise LocalAccountError(f"an account runs in {folder} already: stop it, or choose another folder.")
        try:
            if deployed:
                account.launch(budgets=budgets, context=context, with_parent=True, step=step)
            else:
                with step("starting the local account"):
                    account.start(with_parent=True)
            yield account
        finally:
            account.stop()
            failed = isinstance(sys.exc_info()[1], Exception)  # then its logs stay; not for Ctrl-C
            if workdir is None and not failed:
                shutil.rmtree(folder, ignore_errors=True)
