"""The folder of one account: who runs, where it listens, and everything that it writes."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from local.errors import LocalAccountError
from local.process import ProcessId

ROOT = Path(__file__).resolve().parent.parent
DEFAULT = ROOT / "build" / "local"


@dataclass(frozen=True)
class Record:
    """One running account, as kept on disk."""

    process: ProcessId
    endpoint: str
    bootstrapped: bool = False

    @classmethod
    def from_json(cls, text: str) -> "Record":
        """The inverse of `to_json`; raises ValueError, KeyError or TypeError for anything else."""
        values = json.loads(text)
        return cls(**{**values, "process": ProcessId(**values["process"])})

    def to_json(self) -> str:
        """As it is kept on disk."""
        return json.dumps(asdict(self), indent=2)


@dataclass(frozen=True)
class Workdir:
    """Names of the files below one account's folder."""

    path: Path

    @property
    def log(self) -> Path:
        """What the emulators and the functions printed."""
        return self.path / "account.log"

    def cdk_log(self, command: str) -> Path:
        """What that command of the CDK command line printed last."""
        return self.path / f"cdk-{command}.log"

    @property
    def cdk_out(self) -> Path:
        """The assembly last deployed."""
        return self.path / "cdk.out"

    @property
    def outputs(self) -> Path:
        """The stacks' outputs, as the CDK command line writes them."""
        return self.path / "outputs.json"

    @property
    def scratch(self) -> Path:
        """What the emulators unpack; removed when the account stops."""
        return self.path / "tmp"

    def record(self) -> Record | None:
        """The account that runs here, or None. A record of a process that ended counts as none."""
        try:
            record = Record.from_json(self._record.read_text())
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            return None  # cut short by a full disk or a crash: it can name no process for certain
        return record if record.process.is_running() else None

    def write_record(self, record: Record) -> None:
        """Replaces the record in one step."""
        part = self._record.with_suffix(".part")
        part.write_text(record.to_json())
        part.replace(self._record)

    def forget(self) -> None:
        """Removes the record."""
        self._record.unlink(missing_ok=True)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Held while it is started and deployed to; raises LocalAccountError where another command holds it."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LocalAccountError(
                    f"another command is starting or deploying to the account in {self.path}; wait for it."
                ) from None
            yield

    @property
    def _record(self) -> Path:
        return self.path / "account.json"
