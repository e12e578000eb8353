"""The package by itself: built, installed where there is nothing else, used without this repository."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
UV = Path(sys.executable).with_name("uv")
PAYLOADS = Path("functions/spendplane/domain/payloads")
USE = """
import json, sys
import spendplane_client
from spendplane_client import Settings, configure, flush, report, stats
assert "site-packages" in spendplane_client.__file__, spendplane_client.__file__
taken = []
class Bus:
    def put_events(self, Entries):
        taken.extend(Entries)
        return {"Entries": [{} for _ in Entries]}
configure(Settings(), connect=Bus)
usage = {"inputTokens": 350, "outputTokens": 900, "cacheReadInputTokens": 120000}
report("bedrock.converse", {"usage": usage}, provider="aws.bedrock", model="m", project_id="p")
assert flush() and stats().published == 1
heavy = [name for name in ("boto3", "botocore", "pydantic", "openai", "anthropic", "litellm") if name in sys.modules]
print(json.dumps([json.loads(taken[0]["Detail"])["records"][0]["usage"], heavy]))
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy, links as links: building leaves files behind."""
    made = tmp_path_factory.mktemp("source")
    ignored = shutil.ignore_patterns("*.egg-info", "build", "__pycache__")
    shutil.copytree(ROOT / "clients", made / "clients", symlinks=True, ignore=ignored)
    shutil.copytree(ROOT / PAYLOADS, made / PAYLOADS, ignore=ignored)
    return made / "clients" / "python"


def run(*words: object) -> str:
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run([*map(str, words)], env=kept, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def build(source: Path, kind: str, out: Path) -> Path:
    run(UV, "build", f"--{kind}", "--offline", "--no-build-isolation", "--python", sys.executable, "-o", out, source)
    (made,) = [path for path in out.iterdir() if path.name.startswith("spendplane_client")]
    return made


def unpacked(sdist: Path, into: Path) -> Path:
    shutil.unpack_archive(sdist, into, filter="data")
    (made,) = into.iterdir()
    return made


@pytest.mark.parametrize("way", ["wheel", "sdist, then wheel"])
def test_it_works_where_there_is_nothing_else(source: Path, tmp_path: Path, way: str) -> None:
    """With the readers of payloads in it, which stand in the core package once."""
    if way != "wheel":
        source = unpacked(build(source, "sdist", tmp_path / "sdist"), tmp_path / "unpacked")
    wheel = build(source, "wheel", tmp_path / "wheel")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"spendplane_client/payloads/{path.name}" for path in (ROOT / PAYLOADS).glob("*.py")} <= names
    assert "spendplane_client/py.typed" in names
    assert not [name for name in names if name.startswith("spendplane/")]
    run(UV, "venv", "--offline", "--quiet", "--python", sys.executable, tmp_path / "venv")
    python = tmp_path / "venv" / "bin" / "python"
    run(UV, "pip", "install", "--offline", "--quiet", "--python", python, wheel)
    assert run(python, "-I", "-c", USE) == '[{"input_uncached": 350, "cache_read": 120000, "output": 900}, []]\n'


def test_there_is_one_version_of_the_readers() -> None:
    """A link in the repository, not a copy."""
    link = ROOT / "clients/python/src/spendplane_client/payloads"
    assert link.is_symlink()
    assert link.resolve() == (ROOT / PAYLOADS).resolve()
