"""Processes of a function share what was unpacked once."""

import zipfile
from pathlib import Path
from types import SimpleNamespace

from local.unpacking import install, unpacked


def archive(path: Path, text: str) -> Path:
    with zipfile.ZipFile(path, "w") as content:
        content.writestr("meter/handler.py", text)
        content.writestr("prices.yaml", "")
    return path


def test_the_same_content_is_unpacked_once(tmp_path: Path) -> None:
    first = unpacked(archive(tmp_path / "a.zip", "1"), tmp_path / "all")
    again = unpacked(archive(tmp_path / "a.zip", "1"), tmp_path / "all")
    other = unpacked(archive(tmp_path / "b.zip", "2"), tmp_path / "all")

    assert first == again != other
    assert (other / "meter" / "handler.py").read_text() == "2"


def test_the_emulators_own_unpacking_gets_links(tmp_path: Path) -> None:
    runtime = SimpleNamespace(zipfile=zipfile)
    install(runtime, tmp_path / "all")
    code = tmp_path / "code"
    code.mkdir()

    with runtime.zipfile.ZipFile(archive(tmp_path / "a.zip", "1")) as content:
        content.extractall(code)

    assert (code / "meter" / "handler.py").read_text() == "1"
    assert (code / "meter").is_symlink()
