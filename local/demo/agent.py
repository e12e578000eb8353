"""An agent that has lost its way in staging: turn by turn its context grows, and so does what a turn costs."""

import random
from collections.abc import Iterator
from datetime import datetime

from local.demo.events import Event, single
from local.demo.records import AGENT, OPUS, Call, Clock, Writer

BUDGET = "lead-finder-staging"
TURN_S = 0.3
CALLS = 3
"""Calls of a model in each turn: the agent and the two that it set to work."""
CONTEXT = 180_000
"""Tokens, at most."""


def turns(seed: int, start: datetime) -> Iterator[list[Event]]:
    """What each turn publishes, for ever; and one event of the same agent in production, which works as usual."""
    writer = Writer(random.Random(f"agent {seed}"), Clock(start))  # noqa: S311  # a story, not a secret
    turn = 0
    while True:
        seconds = turn * TURN_S
        call = Call("aws.bedrock", OPUS, fresh=5_000, cached=min(8_000 * turn, CONTEXT), answer=2_400)
        lost = [
            writer.record(AGENT, seconds, call, environment="staging", session_id="lost-in-a-loop")
            for _ in range(CALLS)
        ]
        yield [single(AGENT.source, record) for record in (*lost, writer.record(AGENT, seconds))]
        turn += 1
