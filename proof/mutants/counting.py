"""Bugs on the way from a message to the ledger and the counters."""

from proof.mutants.mutant import Mutant

_CORE = "functions/spendplane"
_METER = ("tests/unit/application/test_meter.py", "tests/scenarios/test_mishaps.py")
_BOOKING = ("tests/unit/application/test_booking.py", "tests/properties/test_machine.py")
_LEDGER = ("tests/contract/test_ledger.py", "tests/contract/test_faults.py")
_PRICES = ("tests/unit/domain/test_rating.py", "tests/unit/adapters/test_prices.py")

COUNTING = (
    Mutant(
        "dropped-condition",
        "A redelivered record is booked again: the ledger's put has no condition.",
        f"{_CORE}/adapters/dynamodb/ledger.py",
        '"ConditionExpression": "attribute_not_exists(pk)",',
        '"ConditionExpression": "attribute_not_exists(pk) OR attribute_exists(pk)",',
        _LEDGER,
    ),
    Mutant(
        "swallowed-outage",
        "A store that cannot be reached is taken for success: the records are lost.",
        f"{_CORE}/application/booking.py",
        "booked.failed |= {row.event.dedup_key for row in rows}",
        "booked.duplicates += 0 * len(rows)",
        (*_BOOKING, *_METER),
    ),
    Mutant(
        "duplicates-dropped-with-the-batch",
        "One duplicate in a transaction, and the new records beside it are dropped too.",
        f"{_CORE}/application/booking.py",
        "rest.append(row)",
        "booked.duplicates += 1",
        _BOOKING,
    ),
    Mutant(
        "contradiction-counted",
        "Another payload under a known id passes as a duplicate, and nobody hears of it.",
        f"{_CORE}/domain/usage.py",
        "return self.id == event_id and self.payload_hash != payload_hash",
        "return self.id == event_id and self.payload_hash == payload_hash + 'x'",
        (*_METER, "tests/scenarios/test_samples.py"),
    ),
    Mutant(
        "identity-by-event-id",
        "One call seen by two adapters counts twice: the provider's request id is ignored.",
        f"{_CORE}/domain/usage.py",
        'if provider and provider_request_id else f"i#{event_id}"',
        'if provider and provider_request_id == event_id else f"i#{event_id}"',
        ("tests/scenarios/test_samples.py",),
    ),
    Mutant(
        "judged-by-new-rows-only",
        "A crash between booking and judging is never healed: duplicates do not judge again.",
        f"{_CORE}/application/booking.py",
        "booked.refs |= dict.fromkeys(old.refs)",
        "booked.refs |= {}",
        ("tests/unit/application/test_booking.py", "tests/properties/test_crashes.py"),
    ),
    Mutant(
        "judgement-not-retried",
        "The alert is lost when the table is busy after the commit.",
        f"{_CORE}/application/meter.py",
        "report.failed |= {message.id for message in messages}",
        "report.failed |= set()",
        ("tests/properties/test_crashes.py",),
    ),
    Mutant(
        "quarantine-not-kept",
        "A refused record is acknowledged although it could not be stored.",
        f"{_CORE}/application/meter.py",
        "unstorable = set(entries)",
        "unstorable = set()",
        _METER,
    ),
    Mutant(
        "float-money",
        "Dollars are summed as floating-point numbers.",
        f"{_CORE}/domain/counters.py",
        "        self.usd = EXACT.add(self.usd, usd)\n        shares",
        "        self.usd = Decimal(float(self.usd) + float(usd))\n        shares",
        ("tests/properties/test_machine.py",),
    ),
    Mutant(
        "unpriced-is-free",
        "An unknown price counts as $0.",
        f"{_CORE}/application/pricing.py",
        'return None, f"unpriced: {error}"',
        'return Decimal(0), f"unpriced: {error}"',
        (*_METER, "tests/scenarios/test_samples.py"),
    ),
    Mutant(
        "cached-input-dropped",
        "The cached prefix is not charged.",
        f"{_CORE}/domain/rating.py",
        'BUCKETS = ("input_uncached", "cache_read", ',
        'BUCKETS = ("input_uncached", ',
        _PRICES,
    ),
    Mutant(
        "long-context-at-the-threshold",
        "A prompt of exactly the threshold is charged at the long-context rate.",
        f"{_CORE}/domain/rating.py",
        "if prompt_tokens > threshold:",
        "if prompt_tokens >= threshold:",
        _PRICES,
    ),
    Mutant(
        "reasoning-charged-twice",
        "Reasoning tokens are charged as reasoning and as output.",
        f"{_CORE}/domain/rating.py",
        "tokens -= inside",
        "tokens -= 0",
        _PRICES,
    ),
    Mutant(
        "rerated-twice",
        "A row that has a price already is given one again, and its counters the amount again.",
        f"{_CORE}/adapters/dynamodb/ledger.py",
        '"ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(usd)",',
        '"ConditionExpression": "attribute_exists(pk)",',
        _LEDGER,
    ),
    Mutant(
        "shard-forgotten",
        "A counter in shards is read without its last one.",
        f"{_CORE}/adapters/dynamodb/ledger.py",
        "for ref, shards in wanted for shard in range(shards)]",
        "for ref, shards in wanted for shard in range(max(1, shards - 1))]",
        _LEDGER,
    ),
    Mutant(
        "too-old-by-a-day",
        "A record is taken that the ledger no longer remembers.",
        f"{_CORE}/contract/usage_event.py",
        "MAX_AGE = timedelta(days=35)",
        "MAX_AGE = timedelta(days=46)",
        ("tests/scenarios/test_samples.py",),
    ),
    Mutant(
        "naive-time",
        "A time without an offset is taken for UTC.",
        f"{_CORE}/contract/usage_event.py",
        'raise ValueError(f"without an offset: {text!r} (write …Z or …+02:00)")',
        "time = time.replace(tzinfo=received_at.tzinfo)",
        ("tests/scenarios/test_samples.py",),
    ),
)
