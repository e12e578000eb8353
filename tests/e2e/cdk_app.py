"""Stacks of a test, deployed into the local account by the CDK command line as Spendplane's own are."""

from dataclasses import dataclass
from pathlib import Path

from local.account import LocalAccount
from local.cdk import Command
from local.workdir import Workdir


@dataclass(frozen=True)
class CdkApp:
    """`path` is for the logs. An assembly is a folder with what was synthesised."""

    account: LocalAccount
    path: Path

    def deploy(self, assembly: Path) -> None:
        """Returns when all its stacks are so. Raises LocalAccountError with the reason."""
        self._run("deploy", assembly, "--all", "--require-approval", "never")

    def destroy(self, assembly: Path) -> None:
        """Deletes its stacks."""
        self._run("destroy", assembly, "--all", "--force")

    def difference(self, assembly: Path) -> str:
        """What `cdk diff` says; empty when nothing would change."""
        said = self._run("diff", assembly, "--all")
        return "" if "Number of stacks with differences: 0" in said else said

    def _run(self, command: str, assembly: Path, *options: str) -> str:
        files = Workdir(self.path)
        run = Command(files, [command, *options, "--app", str(assembly)], record=self.account.record, cwd=self.path)
        try:
            run.wait()
        finally:
            run.end()
        return files.cdk_log(command).read_text()
