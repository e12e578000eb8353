"""The last chapter: an agent runs away in staging, the kill switch stops it there and nowhere else, and is undone."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice

from local.account import LocalAccount
from local.demo import agent, shell
from local.demo.fleet import Fleet
from local.demo.parts import OK, Part, Settings
from local.demo.publisher import Publisher
from local.demo.stage import NOTICES_S, Stage
from local.demo.stopped import RESTORED_WITHIN_S, THROTTLED_WITHIN_S, Outcome, Target
from local.demo.telling import tell_loop, tell_release, tell_stop
from local.demo.watch import Patrol, Watch
from spendplane.contract.switch_events import ENGAGED, RELEASED

MOST_TURNS = 100
"""Far more than the budget has money for."""
SEE = "What the kill switch keeps down, and where it only observes:"
UNDO = "The loop is mended, and on-call gives back what was taken:"
AUDIT = "What was decided and done, by whom and on which figures, stays on record:"
REASON = "the loop is mended"
TITLE = "An agent runs away in staging, and the kill switch stops it"
WHY = (
    "lead-finder runs in staging and in production, each time as a Lambda function, a SageMaker endpoint and an IAM "
    "role that may use Bedrock. In staging it calls models on and on. Its budget there is $5 this month, the only one "
    "here with mode: enforce. At 80 % cheaper models are asked for, which an agent may ignore; at 100 % it is stopped."
)


@dataclass(slots=True)
class Finale:
    """`perform` once."""

    account: LocalAccount
    fleet: Fleet
    stage: Stage
    publisher: Publisher
    _down: Watch | None = None
    _before: dict[str, Settings] = field(default_factory=dict)

    def perform(self, seed: int, number: int) -> Outcome:
        """Shows it as chapter `number`, the last. Raises LocalAccountError when the account does not keep up."""
        self.stage.drain()
        self.stage.screen.chapter(number, number, TITLE, WHY)
        self._before = self._settings((*self.fleet.staging, *self.fleet.untouchable))
        with Patrol(self.fleet.production) as patrol:
            stopped_by = self._loop(seed)
            targets = self._stopped()
            touched = self._touched()
            self._tell(stopped_by, targets, patrol.round())
            runs = [self._run(SEE, "kill", "ls"), self._release(targets)]
            tell_release(self.stage.screen, targets)
            runs.append(self._run(AUDIT, "kill", "show", agent.BUDGET))
        touched |= self._touched()
        return Outcome(targets, patrol.calls, patrol.refused, len(self.fleet.untouchable), sorted(touched), runs)

    def _loop(self, seed: int) -> str:
        """The agent goes on until its own function refuses it, and returns with what error; else `ok`."""
        for events in islice(agent.turns(seed, datetime.now(UTC)), MOST_TURNS):
            next_turn = time.perf_counter() + agent.TURN_S
            waited_enough = self._down is not None and self._down.over
            answer = self.fleet.agent.use()
            if answer != OK or waited_enough:
                return answer
            self.stage.total += len(events)
            self.publisher(events, 0)
            if self._down is None and self.stage.crossing(agent.BUDGET):
                self._down = Watch(self.fleet.staging, lambda part: part.refusal, THROTTLED_WITHIN_S)
            self.stage.until(lambda: False, next_turn - time.perf_counter())
        return self.fleet.agent.use()

    def _stopped(self) -> list[Target]:
        """When each was refused to its user, after on-call has read of it."""
        down, crossing = self._down, self.stage.crossing(agent.BUDGET)
        if down is not None:
            self.stage.until(lambda: down.over, THROTTLED_WITHIN_S)
            self._await_notice(ENGAGED)
        seen = down.seen() if down else {}
        found = []
        for part in self.fleet.staging:
            seconds = seen[part.arn] - crossing.at if crossing and part.arn in seen else None
            found.append(Target(agent.BUDGET, part, self._action(part), part.use(), seconds))
        return found

    def _tell(self, stopped_by: str, targets: list[Target], production: dict[str, str]) -> None:
        crossing, budget = self.stage.crossing(agent.BUDGET), self.stage.book.index.budgets[agent.BUDGET]
        spent = self.stage.book.spent[crossing.ref].usd if crossing else Decimal(0)
        limit = budget.limits.usd or Decimal(0)
        tell_loop(self.stage.screen, stopped_by, spent, limit)
        tell_stop(self.stage.screen, targets, production)

    def _action(self, part: Part) -> str:
        """As the kill switch told it."""
        told = [
            item["detail"]
            for notice in self.stage.shown_of(agent.BUDGET, ENGAGED)
            for item in notice.detail["targets"]
            if item["arn"] == part.arn and item["status"] in {"throttled", "kept"}
        ]
        return told[0] if told else ""

    def _release(self, targets: list[Target]) -> shell.Run:
        """A target counts as given back when it answers and is set as before; seconds are from the command's start."""
        began = time.perf_counter()
        watch = Watch(self.fleet.staging, lambda _: OK, RESTORED_WITHIN_S)
        run = self._run(UNDO, "release", agent.BUDGET, "--reason", REASON)
        self.stage.until(lambda: watch.over, RESTORED_WITHIN_S)
        self._await_notice(RELEASED)
        seen, now = watch.seen(), self._settings(self.fleet.staging)
        for target in targets:
            arn = target.part.arn
            target.restored = now[arn] == self._before[arn]
            target.back_after = seen[arn] - began if arn in seen else None
        return run

    def _run(self, why: str, *words: str) -> shell.Run:
        """Runs it and shows it as on a terminal, below a line on what it is for."""
        run = shell.run(self.account, list(words), self.stage.screen.console.width - 7)
        self.stage.screen.command(why, run.command, run.printed)
        return run

    def _await_notice(self, detail_type: str) -> None:
        self.stage.until(lambda: bool(self.stage.shown_of(agent.BUDGET, detail_type)), NOTICES_S)

    def _settings(self, parts: tuple[Part, ...]) -> dict[str, Settings]:
        return {part.arn: part.settings() for part in parts}

    def _touched(self) -> set[str]:
        """What should have been left alone and was not."""
        now = self._settings(self.fleet.untouchable)
        return {
            f"{part.kind} {part.name}" for part in self.fleet.untouchable if now[part.arn] != self._before[part.arn]
        }
