"""The only place that knows packaging: what is in a function's zip, and how the layer of third-party packages is made.

Both are a pure function of the files in the repository and of the target, so the same tree gives the same asset hashes.
Nothing here needs Docker or AWS.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from aws_cdk import AssetHashType
from aws_cdk import aws_lambda as lambda_

from stacks.target import Target

ROOT = Path(__file__).resolve().parent.parent
FUNCTIONS = ROOT / "functions"
REQUIREMENTS = ROOT / "requirements" / "layer.txt"
LAYERS = ROOT / "build" / "layer"
CORE = "spendplane"
INSTANCE_PRICES = "instance_prices.json"
"""What `spendplane prices refresh` writes beside `prices.yaml`; it need not be there."""

# Documents and compiled files neither run nor may change a hash.
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.py[co]", "*.md", ".*")
# The Lambda runtime brings boto3 with all that it needs. In the layer, found first, it would shadow only a part of it.
_FROM_RUNTIME = ("boto3", "botocore", "s3transfer", "urllib3", "dateutil", "python_dateutil", "six")
# Changes when the steps below change, so that an older cached layer is not taken for a new one.
_RECIPE = "1"


class PackagingError(Exception):
    """The layer could not be built; the text says what to do about it."""


@contextmanager
def handler_code(handler: str, prices: Path, files: Mapping[str, str]) -> Iterator[lambda_.Code]:
    """The import root for one function: the core, this handler's folder, the price files, and `files` (text by name);
    no other handler.

    A context, because CDK copies the files only when the code is given to a function: make the function inside it.
    """
    with tempfile.TemporaryDirectory(prefix="spendplane-") as scratch:
        for package in (CORE, handler):
            shutil.copytree(FUNCTIONS / package, Path(scratch, package), ignore=_LEFT_OUT)
        shutil.copyfile(prices, Path(scratch, "prices.yaml"))
        if (refreshed := prices.with_name(INSTANCE_PRICES)).is_file():
            shutil.copyfile(refreshed, Path(scratch, INSTANCE_PRICES))
        for name, text in files.items():
            Path(scratch, name).write_text(text, encoding="utf-8")
        yield lambda_.Code.from_asset(scratch, asset_hash_type=AssetHashType.SOURCE)


def layer_code(target: Target, requirements: Path = REQUIREMENTS) -> lambda_.Code:
    """The third-party packages for the target's interpreter and processor.

    Raises `PackagingError` when the requirement file is missing or a package cannot be installed.
    """
    if not requirements.is_file():
        raise PackagingError(f"{requirements} is missing: it pins the packages of the Lambda layer; restore it.")
    pinned = requirements.read_bytes()
    key = hashlib.sha256(b"\0".join([_RECIPE.encode(), target.python.encode(), target.machine.encode(), pinned]))
    digest = key.hexdigest()
    folder = LAYERS / digest[:16]
    if not folder.is_dir():
        _build(folder, target, requirements)
    return lambda_.Code.from_asset(str(folder), asset_hash=digest, asset_hash_type=AssetHashType.CUSTOM)


def _build(folder: Path, target: Target, requirements: Path) -> None:
    """Builds beside the final place and renames, so that a stopped or parallel build never leaves half a layer."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch:
        packages = Path(scratch) / "layer" / "python"
        _install(packages, target, requirements)
        _strip(packages)
        try:
            packages.parent.rename(folder)
        except OSError:
            if not folder.is_dir():  # else another build was faster, and its result is the same
                raise


def _install(packages: Path, target: Target, requirements: Path) -> None:
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--require-hashes", "--no-deps"]
    command += ["--requirement", str(requirements), "--target", str(packages), "--only-binary", ":all:"]
    command += ["--python-version", target.python]
    if target.name == "aws":
        command += ["--python-platform", f"{target.machine}-manylinux2014"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise PackagingError(
            f"The Lambda layer (Python {target.python}, {target.machine}) could not be built from {requirements}:\n"
            f"{result.stderr.strip()}\n"
            "Check the connection to the package index; after a change of requirements run `make lock`."
        )


def _strip(packages: Path) -> None:
    """Removes what Lambda does not need; the layer shrinks to less than half."""
    for entry in packages.iterdir():
        if entry.name == "bin" or entry.name.removesuffix(".py").split("-")[0] in _FROM_RUNTIME:
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    for cache in packages.rglob("__pycache__"):
        shutil.rmtree(cache)
    (packages / ".lock").unlink(missing_ok=True)
