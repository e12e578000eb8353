"""The section `rivals`: Spendplane's meter and the common pattern, over one table, under the same faults."""

from dataclasses import asdict
from typing import Any

from proof.plots import bars
from proof.rivals.alerts import LEAPS, NAMES
from proof.rivals.faults import KINDS, MEANING, NONE
from proof.rivals.measure import SYSTEMS, Outcome, measure
from proof.section import Plot, Section, Settings, Table
from tests.support.engines import ministack

RECORDS, QUICK_RECORDS = 600, 40
TEXT = """
What most cost controls do, written as small as it can be in `proof/rivals/pattern.py`: **A** claims the request id with
a conditional put and then increments each counter in a call of its own; **B** only increments. Both report a message
that failed, so that it comes again, up to five times, as the usage queue has it. Spendplane is the meter as it is
deployed. All three run in one process, over MiniStack's DynamoDB on this machine, with the same records in batches of
ten and the same five budgets, of which one has a counter for each record: what is lost or doubled is seen there by
record, and cannot cancel out in a sum.
"""
Found = dict[tuple[str, str], Outcome]


def run(settings: Settings) -> Section:
    """`quick`: a few records."""
    count = QUICK_RECORDS if settings.quick else RECORDS
    server = ministack(settings.scratch)
    found: Found = {}
    try:
        for kind in KINDS:
            for system in SYSTEMS:
                settings.progress(f"{system}, {MEANING[kind]}")
                found[kind, system] = measure(server.url, system, kind, count)
        leaps = {
            system: {crash: leap(server.url, crash=crash) for crash in (False, True)} for system, leap in LEAPS.items()
        }
    finally:
        server.stop()
    return Section(
        _summary(found), _data(found, leaps), TEXT, _tables(found, leaps), _plots(found), _failures(found, leaps)
    )


def _summary(found: Found) -> str:
    def worst(system: str) -> str:
        outcomes = [outcome for (_, name), outcome in found.items() if name == system]
        records = outcomes[0].records
        lost = max(outcome.lost for outcome in outcomes) * 100 / records
        doubled = max(outcome.doubled for outcome in outcomes) * 100 / records
        return f"{lost:.1f} % lost and {doubled:.1f} % doubled"

    first, claimed, plain = SYSTEMS
    return f"At worst: {first} {worst(first)}; A {worst(claimed)}; B {worst(plain)}"


def _failures(found: Found, leaps: dict[str, dict[bool, list[str]]]) -> list[str]:
    ours = SYSTEMS[0]
    wrong = [
        f"{ours}, {MEANING[kind]}: {outcome}"
        for (kind, system), outcome in found.items()
        if system == ours and (outcome.lost or outcome.doubled or outcome.dead or outcome.net_percent)
    ]
    wrong += [
        f"{ours} told {heard} of a leap to 120 % (with a crash: {crash})"
        for crash, heard in leaps[ours].items()
        if heard != list(NAMES.values())
    ]
    return wrong


def _data(found: Found, leaps: dict[str, dict[bool, list[str]]]) -> dict[str, Any]:
    return {
        "faults": {
            kind: {system: asdict(found[kind, system]) for system in SYSTEMS if (kind, system) in found}
            for kind in KINDS
        },
        "leap_to_120_percent": {
            system: {"heard": heard[False], "heard_after_a_crash": heard[True]} for system, heard in leaps.items()
        },
    }


def _tables(found: Found, leaps: dict[str, dict[bool, list[str]]]) -> list[Table]:
    calm = [(system, found[NONE, system]) for system in SYSTEMS]
    return [
        Table(
            "Lost and doubled, by record",
            ("fault", "system", "records", "lost", "doubled", "a shared counter is off by, %"),
            [
                (_fault(kind), system, outcome.records, outcome.lost, outcome.doubled, outcome.net_percent)
                for (kind, system), outcome in found.items()
            ],
        ),
        Table(
            "Without faults",
            ("system", "records a second", "calls a record", "$ per million records"),
            [(s, round(o.records / o.seconds), round(o.calls / o.records, 2), o.usd_per_million) for s, o in calm],
            "Elapsed time from one process and thread, most of it the emulator's. Dollars are DynamoDB's and Lambda's, "
            "by the prices and rules of `bench/cost.py`; the way to the function costs the same for all.",
        ),
        Table(
            "One record from nothing to 120 %",
            ("system", "told", "told when the process ends between the claim and its publication"),
            [(system, _said(heard[False]), _said(heard[True])) for system, heard in leaps.items()],
            f"Thresholds: {', '.join(NAMES.values())}. After the crash the batch comes again, and for Spendplane the "
            "sweep runs as it does each minute: what was claimed and not published comes then, the lowest first.",
        ),
    ]


def _fault(kind: str) -> str:
    """By the name that the pictures have, too."""
    return MEANING[kind] if kind == NONE else f"{kind}: {MEANING[kind]}"


def _said(heard: list[str]) -> str:
    return ", ".join(heard) or "nothing, ever"


def _plots(found: Found) -> list[Plot]:
    kinds = [kind for kind in KINDS if kind != NONE]
    lost = {s: [found[k, s].lost * 100 / found[k, s].records for k in kinds] for s in SYSTEMS}
    doubled = {s: [found[k, s].doubled * 100 / found[k, s].records for k in kinds] for s in SYSTEMS}
    calls = {"calls": [found[NONE, system].calls / found[NONE, system].records for system in SYSTEMS]}
    return [
        Plot("lost", "Records lost, by fault", bars("Records lost", kinds, lost, " %")),
        Plot("doubled", "Records doubled, by fault", bars("Records counted more than once", kinds, doubled, " %")),
        Plot("calls", "Calls a record", bars("Calls to the table for each record", list(SYSTEMS), calls)),
    ]
