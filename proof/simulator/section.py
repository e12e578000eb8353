"""The section `simulate`: the real functions under thousands of seeds of faults, and a hunt for planted bugs."""

from proof.plots import bars
from proof.section import Plot, Section, Settings, Table
from proof.simulator.campaign import Campaign, hunts, many, some
from proof.simulator.chaos import KINDS
from proof.simulator.command import main

SEEDS, QUICK_SEEDS = 10_000, 25
HUNTED, QUICK_BUG = 2_000, "rows and counters in two writes"
MEANING = {
    "crash_before": "the process is gone before a call", "crash_after": "right after it",
    "throttled": "a call is refused for its rate", "conflict": "for another transaction",
    "unreachable": "there is no way to the service", "lost": "carried out, and the reply never comes",
    "repeated": "likewise, and the client sends it again", "late": "no reply, and carried out seconds later",
    "slow": "a call takes up to 4 s", "stall": "up to 80 s: most functions end by their timeout",
    "duplicate": "an event, a message or a tick comes twice", "delay": "it comes minutes later",
    "dropped": "it never comes; a tick of a schedule likewise", "unacked": "a message that was dealt with comes again",
    "index_lag": "the sparse index does not show the last 4 s, a list of instances the last 45 s",
    "part": "the bus takes some entries of a call",
}  # fmt: skip
ACTIONS = {
    "usage": "a producer publishes one to five records; some come again, some contradict others, some are refused",
    "deploy": "budgets.yaml has other limits, periods or modes, or fewer budgets",
    "release": "a person gives back what is down", "engage": "a person turns targets down",
    "turn on": "an owner or Auto Scaling sets a part of a target",
    "tag": "a target gets other tags", "new target": "somebody makes a target",
    "price": "an unknown model gets its price: `reprice`", "misprice": "it gets a wrong one",
    "correct": "the wrong one is corrected: `recover price --book`",
    "twin": "what was refused is sent by somebody else as well, as it should be",
    "replay": "`quarantine replay` of one entry or of all, with and without `--set`",
    "tamper": "somebody changes a counter by hand", "rebuild": "`rebuild --fix`",
    "instance": "an endpoint, a notebook or a training job starts; its hours are counted every five minutes",
    "archive": "what came is delivered again 5 hours to 36 days later, with what never came: `recover replay`",
}  # fmt: skip
TEXT = """
Each seed is one run of 20 minutes or more of an account: meter, notify, sweep, enforce, hours and the deployment's
function, the real use cases over the real DynamoDB adapters. Only the wire is simulated: a table that evaluates
conditions, transactions and their tokens, a bus, a queue with its dead letters, topics, resources with their tags.
Every call is a step between which any other process may run; two copies of a function at once are the rule. Clocks of
two processes differ by up to 10 s. Runs lie over ends of days, ISO weeks, months, years and around leap days; limits
are changed, people release and engage, Auto Scaling turns targets back on, tags change, and each kind of target has a
twin in production. Half of the kinds of faults are left out of each run, the others have a rate of their own.

Operators mend meanwhile, by the code of the commands, and under the same faults: they replay what is in quarantine, fix
counters that somebody changed by hand, rate rows whose price was unknown, correct a wrong price, and replay the archive
up to 36 days later. Often two do the same at once, and whoever is cut off does it again.

[I1 to I3](guarantees.md) are checked at every write of the table against what the producers sent, I4 and I5 at every
change of a target. When faults have stopped, everything must come to rest within 12 minutes: each event is in the
ledger or waits in quarantine, each second of a job or an endpoint is counted once, no counter differs from its rows and
no row has a wrong price, everybody was told, all that should be down is down, and all else is as its owner left it.
Then the budgets are removed, and everything is given back.

The same seed gives the same run, byte for byte: `python -m proof simulate --seed 7 --trace` shows it, `--shrink` makes
a failing one short.
"""

__all__ = ["main", "run"]


def run(settings: Settings) -> Section:
    """`quick`: 25 seeds and one planted bug, in this process."""
    if settings.quick:
        found, hunted = some(range(QUICK_SEEDS)), {QUICK_BUG: some(range(QUICK_SEEDS), QUICK_BUG)}
    else:
        hunted = hunts(HUNTED, settings.progress)
        found = many(range(SEEDS), settings.progress)
    caught = sum(bool(item.broken) for item in hunted.values())
    again = "python -m proof simulate --trace --seed"
    failures = [f"seed {seed}: {what} ({again} {seed})" for seed, what in found.broken.items()]
    failures += [f"a planted bug was not found: {bug}" for bug, item in hunted.items() if not item.broken]
    summary = f"{found}; {caught} of {len(hunted)} planted bugs were found"
    data = {
        "seeds": found.seeds, "broken": {str(seed): what for seed, what in found.broken.items()},
        "figures": dict(found.figures), "actions": dict(found.actions), "faults": dict(found.faults),
        "planted": {bug: _hunt(item) for bug, item in hunted.items()},
    }  # fmt: skip
    return Section(summary, data, TEXT, _tables(found, hunted), [_plot(found)], failures)


def _hunt(item: Campaign) -> dict[str, object]:
    return {
        "seeds": item.seeds,
        "found_by": next(iter(item.broken), None),
        "as": next(iter(item.broken.values()), None),
    }


def _tables(found: Campaign, hunted: dict[str, Campaign]) -> list[Table]:
    caught = [(bug, item.seeds, next(iter(item.broken.values()), "not found")[:100]) for bug, item in hunted.items()]
    return [
        Table("What came to pass", ("what", "how often"), [(k.replace("_", " "), v) for k, v in found.figures.items()]),
        Table(
            "What happens", ("kind", "what it is", "times"),
            [(kind, words, found.actions[kind]) for kind, words in ACTIONS.items()],
        ),
        Table("Faults", ("kind", "what it is", "times"), [(kind, MEANING[kind], found.faults[kind]) for kind in KINDS]),
        Table(
            "Planted bugs", ("bug", "seeds until it was found", "as"), caught,
            "Each is put into the real parts in place of what stands there; one that is not found fails the proof.",
        ),
    ]  # fmt: skip


def _plot(found: Campaign) -> Plot:
    kinds = sorted(KINDS, key=lambda kind: -found.faults[kind])
    svg = bars("Faults that happened", kinds, {"times": [found.faults[kind] for kind in kinds]})
    return Plot("faults", "How often each kind of fault happened", svg)
