"""Bytes as a file, for readers that want a path."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from spendplane.contract.yaml_file import FileError


@contextmanager
def on_disk(data: bytes) -> Iterator[Path]:
    """A file of these bytes, in memory where the machine has such a folder."""
    memory = Path("/dev/shm")  # noqa: S108  # gone again in a moment
    with tempfile.NamedTemporaryFile(dir=memory if memory.is_dir() else None, suffix=".yaml") as file:
        file.write(data)
        file.flush()
        yield Path(file.name)


def told(error: FileError, path: Path) -> None:
    """An error for people names the file in each of its lines, and says something of it."""
    text = str(error)
    assert text.startswith(f"{path}:")
    assert len(text) > len(f"{path}:") + 3
