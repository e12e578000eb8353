"""The Python that the functions run in: what the Lambda runtime brings, and nothing of this project.

MiniStack would start them with the interpreter that it runs in itself. There every package is installed, ours too, so
that a file missing in a function's asset or a package missing in the layer would go unnoticed until AWS.
"""

import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

# boto3 and what it needs, as the runtime of AWS has them.
FROM_RUNTIME = ("boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3")


def install(lambda_runtime: Any, scratch: Path) -> None:  # MiniStack's module
    """Makes MiniStack start Python functions with an interpreter of their own, made below `scratch`."""
    binary = str(create(scratch / "python"))
    detect = lambda_runtime._detect_runtime_binary  # noqa: SLF001  # the one place where it chooses

    def choose(runtime: str) -> tuple[str, str]:
        chosen, script = detect(runtime)
        return (binary if runtime.startswith("python") else chosen), script

    lambda_runtime._detect_runtime_binary = choose  # noqa: SLF001


def create(folder: Path) -> Path:
    """Makes an environment that has FROM_RUNTIME by links, without a network; returns its interpreter."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    packages = next((folder / "lib").glob("python3.*")) / "site-packages"
    for name in FROM_RUNTIME:
        for entry in _top_level(name):
            (packages / entry.name).symlink_to(entry)
    return folder / "bin" / "python"


def _top_level(name: str) -> list[Path]:
    """Files and folders of a distribution that stand directly in site-packages."""
    found = distribution(name)
    names = {file.parts[0] for file in found.files or () if file.parts[0] not in {"..", "__pycache__"}}
    return [Path(str(found.locate_file(entry))) for entry in sorted(names)]
