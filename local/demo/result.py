"""The outcome: the figures of build/demo.json, and the comparisons that decide whether the demo succeeded."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.demo.book import Book
from local.demo.books import Books
from local.demo.check import Check
from local.demo.stage import Stage, topics_of
from local.demo.stopped import Outcome


@dataclass(frozen=True, slots=True)
class Result:
    """`figures` is what build/demo.json holds."""

    figures: dict[str, Any]
    checks: tuple[Check, ...]
    of_switch: tuple[Check, ...]

    @property
    def agrees(self) -> bool:
        """Whether everything does."""
        return not self.problems

    @property
    def problems(self) -> list[str]:
        """A sentence for whatever does not agree."""
        books = [f"the books do not agree: {check.claim}." for check in self.checks if not check.agrees]
        return books + [f"the kill switch failed: {check.problem}." for check in self.of_switch if not check.agrees]


def result_of(stage: Stage, outcome: Outcome, seconds: Mapping[str, float]) -> Result:
    """Reads the account once more, everything."""
    book, books = stage.book, stage.books
    ledger, counter, quarantined = books.ledger(), books.everything(), len(books.quarantine())
    dropped = book.published - ledger.rows - quarantined
    figures = {
        "published": book.published,
        "unique_valid": book.unique_valid,
        "ledger_rows": ledger.rows,
        "duplicates_dropped": dropped,
        "quarantined": quarantined,
        "unpriced": ledger.unpriced,
        "ledger_usd": ledger.usd,
        "counters_usd": counter.spend.usd,
        "alerts": _alerts(stage),
        "kill_switch": [target.figures() for target in outcome.targets],
        "seconds": {name: round(value, 1) for name, value in seconds.items()},
    }
    checks = (
        Check(
            "Every distinct valid record counts once",
            {"published": book.unique_valid, "ledger rows": ledger.rows, "counter": counter.spend.requests},
        ),
        Check(
            "Dollars, to the last digit",
            {"price list": book.usd, "ledger rows": ledger.usd, "counter": counter.spend.usd},
        ),
        Check("Tokens", {"published": book.tokens, "counter": counter.spend.tokens}),
        Check("Repeats were dropped", {"published": book.duplicates, "not counted": dropped}),
        Check("Bad input is in quarantine", {"published": book.quarantined, "entries": quarantined}),
        Check(
            "Unpriced records are kept apart",
            {"published": book.unpriced, "ledger rows": ledger.unpriced, "counter": counter.unpriced},
        ),
        *_notice_checks(stage, book, books),
    )
    return Result(figures, checks, outcome.checks())


def _notice_checks(stage: Stage, book: Book, books: Books) -> tuple[Check, ...]:
    received = stage.received()
    alerts = {name: notices for name, notices in received.items() if name in book.crossings}
    due = sum(len(topics_of(notices[0])) for notices in received.values())
    rebuilt = books.rebuilt()
    return (
        Check(
            "Every crossing was told, and no other",
            {"crossings": len(book.crossings), "told": len(alerts), "alerts": len(_alerts(stage))},
        ),
        Check("Every notice came once on each topic", {"due": due, "messages": sum(map(len, received.values()))}),
        Check(
            "Counters recomputed from the ledger",
            {"all": rebuilt.counters, "the same": rebuilt.counters - len(rebuilt.differences)},
        ),
        Check("No message was given up", {"dead letters": books.dead(), "expected": 0}),
    )


def _alerts(stage: Stage) -> list[dict[str, Any]]:
    return [
        {
            "budget_id": notices[0].detail["budget_id"],
            "key": notices[0].detail["key"],
            "period_start": notices[0].detail["period_start"],
            "percent": notices[0].detail["threshold_percent"],
            "alert_id": name,
            "latency_ms": stage.latency_ms(notices),
        }
        for name, notices in stage.received().items()
        if "threshold_percent" in notices[0].detail
    ]
