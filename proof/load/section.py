"""The section `load`: a deployed account whose meters are killed at work, and what a record costs as it grows."""

from typing import Any

from proof.load.check import THRESHOLDS
from proof.load.run import Outcome, Plan
from proof.load.run import run as run_plan
from proof.plots import lines
from proof.section import Plot, Section, Settings, Table

FULL = Plan(sizes=(12_500, 50_000, 200_000), kills=(0, 0, 18), timeout_s=60, visibility_s=66, largest=500, probe=50)
QUICK = Plan(sizes=(200, 1_000), kills=(0, 2), timeout_s=30, visibility_s=5, largest=50, probe=2, warm=False)
MAX_GROWTH = 0.05
"""Calls and write units of a record may grow by so much from the smallest table to the largest."""
TEXT = """
The stacks are deployed into an account of their own on this machine: EventBridge, SQS, the meter as a Lambda function
and DynamoDB, with IAM held to. Usage is published with PutEvents: batches of up to 500 records and single ones, a tenth
of all records sent before, a hundredth of them bad in eleven ways. In the last wave processes of the meter are ended by
SIGKILL while they are at work. The queue shows their messages again after its visibility timeout: 66 s here, where a
meter may take 60, as one core serves all of them; deployed it is 181 s and 30 s. One budget is crossed on the way.

The publisher keeps books of its own, with its own list of prices. It fails when one record, one digit of a counter, one
entry of the quarantine or one alert differs from them; when a batch that was cut off was not worked off by another
meter, or anything lies in a dead-letter queue; and when a record costs 5 % more in the largest table than in the
smallest, in calls, write units or read units.
"""
NOTE = """The table grows from line to line: each wave is published on top of the one before. Records a second are all
that were published, from the first PutEvents until the queue was empty, less the time in which all that was left was
cut off and not visible yet ("waited"). The emulator serves every call in one process, which is the bound here. Memory
is the peak of any process of the meter so far. Calls, units and dollars are those of `bench/cost.py`: after each wave
the same meter books some more records, with every call counted. In the last line some work was done twice, after the
kills."""


def run(settings: Settings) -> Section:
    """`quick`: a thousand records, and two kills."""
    outcome = run_plan(QUICK if settings.quick else FULL, settings.scratch, settings.progress)
    journal = outcome.journal
    published = sum(wave.records for wave in outcome.waves)
    return Section(
        summary=(
            f"{published:,} records, {journal['cut_off']} batches cut off by a kill: "
            f"{len(outcome.found.rows):,} ledger rows for {len(outcome.books.rows):,} good records, "
            f"{len(outcome.wrong)} differences"
        ),
        data=_data(outcome),
        text=f"{TEXT}\n{growth_in_words(outcome.costs)}",
        tables=[_reckoning(outcome), _cut_off(outcome), _growth(outcome)],
        plots=_plots(outcome),
        failures=[*outcome.wrong, *_not_killed(journal), *([] if settings.quick else _grown(outcome.costs))],
    )


def _data(outcome: Outcome) -> dict[str, Any]:
    journal = {**outcome.journal, "open": len(outcome.journal["open"])}
    del journal["workers"]
    return {
        "published": sum(wave.records for wave in outcome.waves),
        "good": len(outcome.books.rows),
        "duplicates": outcome.books.duplicates,
        "bad_distinct": len(outcome.books.refused),
        "usd": str(outcome.books.usd),
        "counters": len(outcome.books.counters),
        "meter": journal,
        "growth": [
            {
                "rows": wave.rows,
                "kills": wave.kills,
                "seconds": round(wave.seconds, 1),
                "waited_seconds": round(wave.waited_s, 1),
                "records_a_second": round(wave.records_a_second, 1),
                "peak_mb": wave.peak_mb and round(wave.peak_mb, 1),
                **cost,
            }
            for wave, cost in zip(outcome.waves, outcome.costs, strict=True)
        ],
    }


def _reckoning(outcome: Outcome) -> Table:
    books, found, rebuilt = outcome.books, outcome.found, outcome.rebuilt
    ledger_usd = sum(usd for usd in found.rows.values() if usd is not None)
    counted = sum(item.usd for place, item in found.counters.items() if place[0] == "everything")
    rows = [
        ("good records, each once", f"{len(books.rows):,}", f"{len(found.rows):,} ledger rows"),
        ("their cost", f"${books.usd}", f"${ledger_usd} in the ledger"),
        ("their cost in the sharded counter", f"${books.usd}", f"${counted}, {found.shards['everything']} shards"),
        ("counters", f"{len(books.counters):,}", f"{len(found.counters):,}"),
        ("records sent again", f"{books.duplicates:,}", "in no row and no counter"),
        ("distinct bad records", f"{len(books.refused):,}", f"{len(found.entries):,} entries in quarantine"),
        *(
            (f"alerts on `{topic}`, by percent", ", ".join(map(str, due)), ", ".join(map(str, outcome.told[topic])))
            for topic, due in THRESHOLDS.items()
        ),
        ("`spendplane rebuild --check`", "no difference", f"{len(rebuilt.get('differences', '?'))} differences"),
    ]
    note = "Compared by record, by counter (dollars, tokens, requests) and by entry (body and reason), not only by sum."
    return Table("Published, and found", ("what", "the publisher's books", "the account"), rows, note)


def _cut_off(outcome: Outcome) -> Table:
    journal = outcome.journal
    rows = [
        ("meters killed", len(outcome.kills)),
        ("invocations", journal["invocations"]),
        ("invocations cut off by a kill", journal["cut_off"]),
        ("invocations cut off by the function's timeout", journal["timed_out"]),
        ("messages in them, each once", journal["messages_cut_off"]),
        ("of these delivered again, and worked off", journal["redelivered"]),
        ("of these left", len(journal["open"])),
    ]
    return Table("Meters killed at work", ("what", "how many"), rows)


def _growth(outcome: Outcome) -> Table:
    rows = [
        (
            wave.rows,
            wave.kills,
            round(wave.seconds),
            round(wave.waited_s),
            round(wave.records_a_second),
            "-" if wave.peak_mb is None else round(wave.peak_mb),
            f"{cost['api_calls_per_record']:.4f}",
            f"{cost['wcu_per_record']:.2f}",
            cost["usd_per_million_records"],
        )
        for wave, cost in zip(outcome.waves, outcome.costs, strict=True)
    ]
    names = ("rows in the table", "killed", "seconds", "waited", "records a second", "peak memory, MB")
    return Table("As the table grows", (*names, "calls a record", "write units", "$ per million"), rows, NOTE)


def growth_in_words(costs: list[dict[str, Any]]) -> str:
    """Whether a record costs the same in a large table as in a small one."""
    first, last = costs[0], costs[-1]
    told = [
        f"{name} {first[key]:g} and {last[key]:g} ({last[key] / first[key] - 1:+.1%})"
        for name, key in (
            ("calls", "api_calls_per_record"),
            ("write units", "wcu_per_record"),
            ("dollars per million", "usd_per_million_records"),
        )
    ]
    word = "does not grow" if not _grown(costs) else "GROWS"
    return f"What a record costs {word} with the table. In the smallest and in the largest: {', '.join(told)}."


def _grown(costs: list[dict[str, Any]]) -> list[str]:
    return [
        f"{key} grew from {costs[0][key]} to {costs[-1][key]}"
        for key in ("api_calls_per_record", "wcu_per_record", "rcu_per_record")
        if costs[-1][key] > costs[0][key] * (1 + MAX_GROWTH)
    ]


def _not_killed(journal: dict[str, Any]) -> list[str]:
    wrong = []
    if not journal["cut_off"]:
        wrong.append("no invocation was cut off: the run proves nothing")
    if journal["open"] or journal["redelivered"] != journal["messages_cut_off"]:
        wrong.append(f"cut off and never worked off: {journal['open'][:3]} of {journal['messages_cut_off']} messages")
    if journal["failed"]:
        wrong.append(f"{journal['failed']} invocations raised an error: {'; '.join(journal['errors'])}")
    return wrong


def _plots(outcome: Outcome) -> list[Plot]:
    sizes = [wave.rows for wave in outcome.waves]
    series = {
        "records a second": [wave.records_a_second for wave in outcome.waves],
        "peak memory of a meter, MB": [wave.peak_mb or 0.0 for wave in outcome.waves],
    }
    title = "Speed and memory as the table grows"
    return [Plot("growth", title, lines(title, sizes, series, "rows in the table", "records a second, and MB"))]
