"""Every function's code and layer is unpacked once, and all its processes share that.

MiniStack unpacks both again for each process that it starts. Then Python compiles every module again too, because the
files are new: seconds for each cold start, and several at once are the rule when a queue fills. The figures of AWS,
where the files are compiled by and by as well, are nearer to those with the compiled files kept.
"""

import hashlib
import threading
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any


def install(lambda_runtime: Any, folder: Path) -> None:  # MiniStack's module
    """Makes MiniStack's unpacking link to what was unpacked before, below `folder`."""

    class Archive(zipfile.ZipFile):
        def extractall(self, path: Any = None, members: Any = None, pwd: bytes | None = None) -> None:  # noqa: ARG002
            link(unpacked(Path(str(self.filename)), folder), Path(path))

    errors = {"BadZipFile": zipfile.BadZipFile, "LargeZipFile": zipfile.LargeZipFile}
    lambda_runtime.zipfile = SimpleNamespace(ZipFile=Archive, **errors, LargeFileError=zipfile.LargeZipFile)


def link(source: Path, target: Path) -> None:
    """Puts a link to each entry of one folder into another."""
    for entry in source.iterdir():
        (target / entry.name).symlink_to(entry)


def unpacked(archive: Path, folder: Path) -> Path:
    """The folder with the archive's content, made at its first use."""
    place = folder / hashlib.sha256(archive.read_bytes()).hexdigest()[:16]
    with _one_at_a_time:
        if not place.exists():
            with zipfile.ZipFile(archive) as content:
                content.extractall(place)
    return place


_one_at_a_time = threading.Lock()
