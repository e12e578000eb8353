"""`make audit`: the supply chain alone. 0: nothing found; 1: something was; 3: not everything could be audited."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from proof.security import supply
from proof.security.advisories import Comparison
from proof.security.threats import ROOT

SBOM = ROOT / "build" / "sbom"


@dataclass(frozen=True, slots=True)
class Findings:
    """`secrets` is None where nobody could look."""

    audits: Sequence[supply.Audit]
    secrets: Sequence[str] | None
    licences: dict[str, list[str]]
    sbom: dict[str, int]

    @property
    def compared(self) -> list[tuple[str, Comparison]]:
        """By lock file, what the extract of advisories said where the service was not asked."""
        return [(audit.file, audit.compared) for audit in self.audits if audit.compared]

    @property
    def failures(self) -> list[str]:
        """What has to be mended, a line each."""
        faults = [f"{audit.file}: {fault}" for audit in self.audits for fault in audit.vulnerable]
        faults += [f"secrets: {secret}" for secret in self.secrets or ()]
        refused = {name: packages for name, packages in self.licences.items() if not supply.allowed(name)}
        return faults + [f"may not ship under {name}: {', '.join(packages)}" for name, packages in refused.items()]

    @property
    def gaps(self) -> list[str]:
        """What nobody could look at: neither good nor bad."""
        open_ = [audit for audit in self.audits if audit.unaudited]
        found = [f"not audited: {audit.unaudited} packages of {audit.file}: {audit.reason}" for audit in open_]
        found += [
            f"not compared: {', '.join(item.unknown)} of {file}: not looked up for the advisories of {item.as_of}"
            for file, item in self.compared
            if item.unknown
        ]
        if self.compared:
            found.append(f"not seen: any advisory published after {self.compared[0][1].as_of}")
        if self.secrets is None:
            found.append("not audited: secrets: detect-secrets is not installed: run `make audit`")
        return (
            found if self.sbom else [*found, "not written: the SBOM: cyclonedx-bom is not installed: run `make audit`"]
        )


def findings(scratch: Path, progress: Callable[[str], None] = lambda _: None, *, quick: bool = False) -> Findings:
    """Looks at everything; `quick`: at what ships, and for secrets in the functions' code."""
    files, folders = ((supply.SHIPPED,), ("functions",)) if quick else (supply.LOCKED, ())
    progress("known vulnerabilities")
    audits = [supply.audit(file) for file in files]
    progress("secrets")
    secrets = supply.secrets(scratch, *folders)
    progress("licences and SBOM")
    return Findings(audits, secrets, supply.licences(), supply.sbom(SBOM, files))


def main() -> int:
    """Prints a line for each part."""
    scratch = ROOT / "build" / "audit"
    scratch.mkdir(parents=True, exist_ok=True)
    found = findings(scratch, lambda words: print(f"audit: {words}", flush=True))
    for audit in (audit for audit in found.audits if audit.audited):
        print(f"audit: {audit.file}: {audit.audited} packages audited, {len(audit.vulnerable)} vulnerabilities")
    for file, item in found.compared:
        print(f"audit: {file}: {item}")
    print(f"audit: {'secrets: nobody looked' if found.secrets is None else f'{len(found.secrets)} new secrets'}")
    for name, packages in found.licences.items():
        print(f"audit: ships under {name}: {', '.join(packages)}")
    for file, components in found.sbom.items():
        print(f"audit: build/sbom/{file}: {components} components")
    for line in [*found.gaps, *found.failures]:
        print(f"audit: {line}", file=sys.stderr)
    return 1 if found.failures else 3 if found.gaps else 0


if __name__ == "__main__":
    sys.exit(main())
