"""Publishing quarantined records again, one by one: what would be refused again stays where it is."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cli.usage import why_refused

if TYPE_CHECKING:
    from spendplane.application.ports import QuarantineEntry
    from spendplane.bootstrap import Ports
    from spendplane.domain.producers import Producers


def republished(
    entry: "QuarantineEntry",
    changes: dict[str, str],
    ports: "Ports",
    producers: "Producers",
    now: datetime,
    *,
    dry_run: bool = False,
) -> dict[str, Any]:
    """What became of one entry: `problem` says why it was left. Raises BusyError."""
    from spendplane.adapters.memory import MemoryBus, MemoryQuarantine
    from spendplane.application.books.replay import NotReplayableError, Replay

    rehearsed = MemoryBus()  # the same use case, to see what it would publish
    try:
        Replay(MemoryQuarantine({entry.id: replace(entry)}), rehearsed)(entry, changes)
    except NotReplayableError as error:
        return {"id": entry.id, "published": False, "problem": str(error), "record": None}
    ((source, detail),) = rehearsed.usage
    problem = why_refused(detail, source, now, producers)
    if not problem and not dry_run:
        Replay(ports.quarantine, ports.bus)(entry, changes)
    return {"id": entry.id, "published": not (problem or dry_run), "problem": problem, "record": detail}
