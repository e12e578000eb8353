"""The section `security`: every right needed, every threat's control tested, and what the project is made of."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from proof.section import Section, Settings, Table
from proof.security.audit import Findings, findings
from proof.security.tests import Outcome
from proof.security.tests import run as run_tests
from proof.security.threats import Threat, threats

TEXT = """The account on this machine holds every call of every function to its role's policies, and notes which grant
let it through. Proven: without this grant something that the end-to-end tests did would have been refused. Excused:
AWS needs it, and the local account never asks for it, each with its reason and AWS's page. A resource with a wildcard
has to be used as well; on `*` may stand only what AWS's list of actions knows no resource for. What is excused of
either stands in `tests/e2e/not_asked_here.py`.

The threats and their controls stand in [threat-model.md](threat-model.md); here their tests were run. An advisory
service that cannot be reached is told as "not audited", which is not the same as nothing found; such packages are
compared with an extract of the advisories that the repository holds, up to its date."""


def run(settings: Settings) -> Section:
    """In a smoke run no test is run: the threat table is read, and what ships is looked at."""
    rows = threats()
    named = sorted({test for row in rows for test in row.tests})
    outcome = Outcome(frozenset(named), {}, {})
    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(findings, settings.scratch, quick=settings.quick)
        if not settings.quick:
            settings.progress("the end-to-end folder and the tests of the threat table")
            outcome = run_tests(named, settings.scratch / "security.xml")
        found = looking.result()
    proven = sum(len(item["proven"]) for item in outcome.rights.values())
    excused = sum(len(item["excused"]) for item in outcome.rights.values())
    return Section(
        summary=_summary(proven, excused, rows, named, found),
        data={
            "rights": {"proven": proven, "excused": excused, "roles": len(outcome.rights)},
            "wide_resources_used": sum(bool(item["actions"]) for item in outcome.resources.values()),
            "threats": len(rows),
            "tests_of_threats": len(named),
            "not_audited": list(found.gaps),
            "compared_offline": {file: str(item) for file, item in found.compared},
            "licences": found.licences,
            "sbom_components": found.sbom,
        },
        text=TEXT,
        tables=_tables(outcome, rows, found),
        failures=[*_failures(outcome, named, quick=settings.quick), *found.failures],
    )


def _summary(proven: int, excused: int, rows: Sequence[Threat], named: Sequence[str], found: Findings) -> str:
    audited, faults, unaudited = (
        sum(figures)
        for figures in zip(*((a.audited, len(a.vulnerable), a.unaudited) for a in found.audits), strict=True)
    )
    parts = [
        f"{proven} rights proven needed, {excused} excused" if proven else "rights not looked at",
        f"{len(rows)} threats, held by {len(named)} tests"
        if proven
        else f"{len(rows)} threats, whose tests were not run",
        f"{audited} packages audited, {faults} vulnerabilities" if audited else "",
        f"{unaudited} packages NOT AUDITED{_offline(found)}" if unaudited else "",
        "secrets not looked for" if found.secrets is None else f"{len(found.secrets)} new secrets",
    ]
    return "; ".join(part for part in parts if part)


def _offline(found: Findings) -> str:
    items = [item for _, item in found.compared]
    packages, hits = sum(item.packages for item in items), sum(len(item.affected) for item in items)
    return f", {packages} of them compared with advisories up to {items[0].as_of}: {hits} hits" if items else ""


def _failures(outcome: Outcome, named: Sequence[str], *, quick: bool) -> list[str]:
    wrong = [f"{test}: {reason}" for test, reason in outcome.failed.items()]
    wrong += [outcome.trouble] if outcome.trouble else []
    wrong += [f"{test}: was not run" for test in named if test not in outcome.ran]
    if not quick and not outcome.rights:
        wrong.append("no right was looked at: the run proves nothing of them")
    return wrong


def _tables(outcome: Outcome, rows: Sequence[Threat], found: Findings) -> list[Table]:
    rights = [(user, len(item["proven"]), len(item["excused"])) for user, item in sorted(outcome.rights.items())]
    excuses: dict[tuple[str, str], list[str]] = {}
    for user, item in sorted(outcome.rights.items()):
        for action, (why, source) in item["excused"].items():
            excuses.setdefault((why, source), []).append(f"{user}: {action}")
    reasons = [(_some(what), f"[{why}]({source})") for (why, source), what in excuses.items()]
    bad = outcome.failed.keys()
    threatened = [(row.threat, len(row.tests), not bad & set(row.tests)) for row in rows]
    audits = [
        (item.file, item.audited, len(item.vulnerable), item.unaudited, item.reason, str(item.compared or ""))
        for item in found.audits
    ]
    shipped = [(name, len(packages), ", ".join(packages)) for name, packages in found.licences.items()]
    tables = [
        Table("Threats", ("threat", "tests", "held"), threatened),
        Table(
            "Known vulnerabilities", ("lock file", "audited", "vulnerable", "not audited", "why not", "instead"), audits
        ),
        Table("Licences of what ships in the layer", ("licence", "packages", "which"), shipped),
        Table("SBOM, in build/sbom", ("file", "components"), list(found.sbom.items())),
    ]
    if not rights:
        return tables
    return [
        Table("Rights", ("who", "proven needed", "excused"), rights),
        Table("Excused rights", ("whose", "why"), reasons),
        Table("Resources with a wildcard", ("whose", "resource", "used by", "resources under it"), _wide(outcome)),
        *tables,
    ]


def _wide(outcome: Outcome) -> list[tuple[str, str, str, str]]:
    """Of each role; what only excused rights are on is told with them."""
    return [
        (user, f"`{pattern}`", ", ".join(item["actions"]), "none has a name" if pattern == "*" else str(item["used"]))
        for (user, pattern), item in sorted(outcome.resources.items())
        if item["actions"]
    ]


def _some(what: Sequence[str]) -> str:
    return ", ".join(what) if len(what) <= 6 else f"{what[0]}, and of {len(what) - 1} more"
