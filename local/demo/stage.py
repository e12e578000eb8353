"""Plays the story against the account, shows what comes back meanwhile, and waits until everything has come back."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rich.text import Text

from local.demo.book import Book, Crossing
from local.demo.books import Books
from local.demo.inbox import Inbox, Notice
from local.demo.publisher import Publisher
from local.demo.screen import Figures, Screen, described
from local.demo.story import Chapter
from local.errors import LocalAccountError
from spendplane.application.telling.notify import ON_CALL_HEARS, wakes_on_call
from spendplane.contract.outgoing import THRESHOLD_CROSSED
from spendplane.contract.switch_events import DEGRADE_REQUESTED, ENGAGED, REFUSED
from spendplane.domain.limits import HARD_PERCENT

LOOK_EVERY_S = 0.4
DRAIN_S = 180
NOTICES_S = 30
SECOND_TOPIC_S = 1.0
"""So long a notice waits for its copy on the other topic before it is shown."""
SET_OFF = frozenset({ENGAGED, REFUSED, DEGRADE_REQUESTED})
"""Of the kill switch, and in this story always by a crossing."""
REPEATS_S = 2.0
"""So long the inbox stays open at the end: a notice that came twice would come then."""


@dataclass(slots=True)
class Stage:
    """One performance: `book` is what must come out, `books` and `inbox` are what does."""

    screen: Screen
    books: Books
    book: Book
    inbox: Inbox
    total: int
    shown: set[str] = field(default_factory=set)
    _looked_at: float = 0.0
    _figures: Figures | None = None

    def play(self, chapters: Sequence[Chapter], publisher: Publisher, *, of: int) -> None:
        """The chapters, the first `of` so many. Raises LocalAccountError when the account does not keep up."""
        for number, chapter in enumerate(chapters, 1):
            if chapter.settled:
                self.drain()
            self.screen.chapter(number, of, chapter.title, chapter.why)
            publisher(chapter.events, chapter.seconds)
            self.sum_up()

    def finish(self) -> None:
        """Returns when everything has come back. Raises LocalAccountError when the account does not keep up."""
        self.screen.say("", "All is published. Waiting until all is counted and told …")
        self.drain()
        self.until(self._all_told, NOTICES_S)
        closing = time.perf_counter() + REPEATS_S
        self.until(lambda: time.perf_counter() > closing, REPEATS_S + 1)

    def drain(self) -> None:
        """Returns when the meter has dealt with everything. Raises LocalAccountError."""
        self.until(lambda: self._figures is not None and not self._figures.waiting, DRAIN_S)
        if self.books.waiting():
            raise LocalAccountError(f"the usage queue is not empty after {DRAIN_S} s: the meter does not keep up.")

    def until(self, done: Callable[[], bool], seconds: float) -> bool:
        """Shows what comes until `done`, at most so long; whether it is."""
        deadline = time.perf_counter() + seconds
        self._look()
        while not done() and time.perf_counter() < deadline:
            time.sleep(0.05)
            self.glance()
        return done()

    def sum_up(self) -> None:
        """How far the story is, on a line."""
        self._look()
        if self._figures:
            self.screen.say(Text(f"     {described(self._figures)}", style="dim"))

    def glance(self) -> None:
        """Shows what is new; reads the account's figures only now and then."""
        if time.perf_counter() - self._looked_at >= LOOK_EVERY_S:
            self._look()
        self._show_notices()

    def latency_ms(self, notices: Sequence[Notice]) -> int | None:
        """From the PutEvents call with the record that crossed to the first receipt; None for other notices."""
        crossing = self._crossing(notices[0])
        return None if crossing is None else round((min(item.at for item in notices) - crossing.at) * 1000)

    def crossing(self, budget_id: str, key: str | None = None, *, hard: bool = True) -> Crossing | None:
        """The first that a budget's limit, or else a threshold below it, was crossed with."""
        found = [
            crossing
            for crossing in self.book.crossings.values()
            if (crossing.ref.budget_id, crossing.ref.key) == (budget_id, key)
            and (crossing.percent >= HARD_PERCENT) is hard
        ]
        return min(found, key=lambda crossing: crossing.at, default=None)

    def shown_of(self, budget_id: str, detail_type: str) -> list[Notice]:
        """Notices of that kind that people have seen, each once."""
        firsts = [notices[0] for name, notices in self.received().items() if name in self.shown]
        wanted = {"budget_id": budget_id, "detail_type": detail_type}
        return [notice for notice in firsts if wanted.items() <= notice.detail.items()]

    def received(self) -> dict[str, list[Notice]]:
        """Messages by announcement, in the order of their first receipt."""
        found: dict[str, list[Notice]] = {}
        for notice in self.inbox.all():
            found.setdefault(notice.id, []).append(notice)
        return found

    def _look(self) -> None:
        counter = self.books.everything()
        waiting = self.books.waiting()
        self._looked_at = time.perf_counter()
        self._figures = Figures(self.book.published, self.total, counter.spend.requests, counter.spend.usd, waiting)
        self.screen.update(self._figures)

    def _show_notices(self) -> None:
        for name, notices in self.received().items():
            waited = time.perf_counter() - notices[0].at
            if name in self.shown or (len(notices) < len(topics_of(notices[0])) and waited < SECOND_TOPIC_S):
                continue
            self.shown.add(name)
            topics = sorted({notice.topic for notice in notices}, reverse=True)
            self.screen.notice(notices[0], topics, self.latency_ms(notices))

    def _all_told(self) -> bool:
        received = self.received()
        whole = all(len(notices) >= len(topics_of(notices[0])) for notices in received.values())
        return whole and self.book.crossings.keys() <= received.keys()

    def _crossing(self, notice: Notice) -> Crossing | None:
        """What set it off. The kill switch's notices follow from a crossing too, those of a release do not."""
        kind, detail = notice.detail["detail_type"], notice.detail
        if kind in SET_OFF:
            return self.crossing(detail["budget_id"], detail["key"], hard=kind != DEGRADE_REQUESTED)
        return self.book.crossings.get(notice.id)


def topics_of(notice: Notice) -> tuple[str, ...]:
    """The topics that a notice goes to."""
    kind = notice.detail["detail_type"]
    on_call = kind in ON_CALL_HEARS or (kind == THRESHOLD_CROSSED and wakes_on_call(notice.detail))
    return ("on-call", "budget-alerts") if on_call else ("budget-alerts",)
