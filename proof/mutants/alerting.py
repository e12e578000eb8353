"""Bugs in periods, limits, alerts and notices."""

from proof.mutants.mutant import Mutant

_CORE = "functions/spendplane"
_LIMITS = ("tests/unit/domain/test_limits.py",)
_PERIODS = ("tests/unit/domain/test_periods.py",)
_OUTBOX = ("tests/contract/test_outbox.py",)
_CRASHES = ("tests/properties/test_crashes.py",)

ALERTING = (
    Mutant(
        "above-not-at",
        "Exactly 80 % does not alert, exactly 100 % does not stop: `>` for `>=`.",
        f"{_CORE}/domain/limits.py",
        "EXACT.multiply(self.used, _HUNDRED) >= EXACT.multiply",
        "EXACT.multiply(self.used, _HUNDRED) > EXACT.multiply",
        _LIMITS,
    ),
    Mutant(
        "zero-is-off",
        "A limit of zero never alerts.",
        f"{_CORE}/domain/limits.py",
        "return self.used > 0 and EXACT",
        "return self.limit > 0 and EXACT",
        _LIMITS,
    ),
    Mutant(
        "one-limit-of-three",
        "Of dollars, tokens and requests only the first is watched.",
        f"{_CORE}/domain/limits.py",
        "if any(item.crossed(percent) for item in found))",
        "if any(item.crossed(percent) for item in found[:1]))",
        _LIMITS,
    ),
    Mutant(
        "period-by-arrival",
        "The last moment of a day belongs to the next: the period is not closed at its end.",
        f"{_CORE}/domain/periods.py",
        "return self.end is not None and now >= self.end",
        "return self.end is not None and now > self.end",
        _PERIODS,
    ),
    Mutant(
        "28-day-month",
        "A month ends after 28 days.",
        f"{_CORE}/domain/periods.py",
        "(first + timedelta(days=32)).replace(day=1)",
        "first + timedelta(days=28)",
        _PERIODS,
    ),
    Mutant(
        "week-from-sunday",
        "The week begins on Sunday.",
        f"{_CORE}/domain/periods.py",
        "start - timedelta(days=start.weekday())",
        "start - timedelta(days=start.isoweekday() % 7)",
        _PERIODS,
    ),
    Mutant(
        "local-day",
        "A record's own offset decides its day, not UTC.",
        f"{_CORE}/domain/periods.py",
        "return _window(period, time.astimezone(UTC).date())",
        "return _window(period, time.date())",
        _PERIODS,
    ),
    Mutant(
        "alert-per-request",
        "Every record over a threshold alerts again: the marker is not asked for.",
        f"{_CORE}/domain/alerts.py",
        "if marker(threshold, budget.revision) not in counter.fired",
        "if marker(threshold, budget.revision) not in ()",
        ("tests/unit/domain/test_alerts.py", "tests/unit/application/test_meter.py"),
    ),
    Mutant(
        "claimed-not-stored",
        "The counter is marked but the alert is not stored with it: a crash before the publish, and it never comes.",
        f"{_CORE}/adapters/dynamodb/outbox.py",
        'items = [{"Update": mark}, self._put(announcement, due_at)]',
        'items = [{"Update": mark}]',
        _OUTBOX,
    ),
    Mutant(
        "announced-twice",
        "Two meters at once announce the same model without a price: the put has no condition.",
        f"{_CORE}/adapters/dynamodb/outbox.py",
        '"ConditionExpression": "attribute_not_exists(pk)",',
        '"ConditionExpression": "attribute_not_exists(pk) OR attribute_exists(pk)",',
        _OUTBOX,
    ),
    Mutant(
        "switch-not-stored-with-the-alert",
        "The crossing's event is lost, and nothing is ever turned down: the switch is not stored with the alert.",
        f"{_CORE}/adapters/dynamodb/outbox.py",
        "        if level := level_of(alert):\n",
        "        if level := None:\n",
        ("tests/contract/test_switches.py", "tests/contract/test_switches_in_a_table.py"),
    ),
    Mutant(
        "sent-is-done",
        "An alert that was published but told nobody is never published again.",
        f"{_CORE}/adapters/dynamodb/outbox.py",
        '"SET #state = :sent, work_at = :due",',
        '"SET #state = :sent, sent_at = :due REMOVE work_at",',
        _OUTBOX,
    ),
    Mutant(
        "sweep-gives-up",
        "What the sweep could not publish counts as sent.",
        f"{_CORE}/application/alerting/judge.py",
        "break  # stays due",
        "pass",
        ("tests/scenarios", "tests/properties/test_crashes.py"),
    ),
    Mutant(
        "higher-before-lower",
        "A crossing does not wait for the one below it, which a process claimed that ended before it spoke.",
        f"{_CORE}/application/alerting/judge.py",
        "waiting += [*unsaid(self.outbox, others), said[alert.id]]",
        "waiting += [said[alert.id]]",
        ("tests/scenarios/test_order_of_alerts.py", "tests/properties/test_alert_order.py"),
    ),
    Mutant(
        "told-before-it-was",
        "A topic counts as told before SNS has the message.",
        f"{_CORE}/application/telling/notify.py",
        "            try:\n                topic.send(message)",
        "            self.outbox.delivered(announcement.id, topic.name)\n"
        "            try:\n                topic.send(message)",
        (*_CRASHES, "tests/scenarios/test_mishaps.py"),
    ),
    Mutant(
        "old-revision-kept",
        "A limit that is raised and reached again does not alert: the revision stays.",
        f"{_CORE}/domain/alerts.py",
        'return f"{threshold}.{revision}"',
        'return f"{threshold}.1"',
        ("tests/unit/domain/test_alerts.py", "tests/scenarios/test_budgets_over_time.py"),
    ),
)
