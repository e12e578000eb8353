"""Bugs in the kill switch, and in the rights that bound it."""

from proof.mutants.mutant import Mutant

_CORE = "functions/spendplane"
_HANDS = ("tests/unit/application/test_hands.py",)
_CRASHES = ("tests/properties/test_kill_switch_crashes.py",)
_TARGETS = ("tests/unit/domain/test_targets.py",)
_RIGHTS = ("tests/stacks/test_kill_switch.py",)

SWITCHING = (
    Mutant(
        "undo-after-action",
        "The target is turned down first and its undo stored after: a crash in between loses what it was.",
        f"{_CORE}/application/switching/hands.py",
        '        grip = self.switches.put_grip(grip, AuditEntry(switch_id, now, 2, "undo stored"',
        "        actuator.throttle(grip.target, grip.before)\n"
        '        grip = self.switches.put_grip(grip, AuditEntry(switch_id, now, 2, "undo stored"',
        (*_HANDS, *_CRASHES),
    ),
    Mutant(
        "not-production",
        "Whatever is not called exactly production may be turned down: `Production `, `prod`, or nothing.",
        f"{_CORE}/domain/targets.py",
        "if environment not in self.environments:",
        'if environment == "production":',
        _TARGETS,
    ),
    Mutant(
        "untagged-is-fair-game",
        "A resource without an environment is turned down.",
        f"{_CORE}/domain/targets.py",
        "        if ENVIRONMENT_TAG not in target.tags:\n",
        "        if ENVIRONMENT_TAG in ():\n",
        _TARGETS,
    ),
    Mutant(
        "own-hand",
        "Spendplane may turn down its own functions.",
        f"{_CORE}/domain/targets.py",
        "        if is_own(target):\n",
        "        if is_own(target) and not target.tags:\n",
        _TARGETS,
    ),
    Mutant(
        "exempt-for-ever",
        "An exemption counts after its day.",
        f"{_CORE}/domain/targets.py",
        "last is not None and today <= last <= today + MAX_EXEMPTION",
        "last is not None and last <= today + MAX_EXEMPTION",
        _TARGETS,
    ),
    Mutant(
        "no-cap",
        "A wrong tag on a thousand resources turns a thousand resources down.",
        f"{_CORE}/domain/plans.py",
        "    if len(allowed) > bounds.most:\n",
        "    if len(allowed) < 0:\n",
        ("tests/unit/domain/test_plans.py",),
    ),
    Mutant(
        "observe-acts",
        "Mode observe acts.",
        f"{_CORE}/domain/plans.py",
        'if budget.mode != "enforce":',
        'if budget.mode == "none":',
        ("tests/unit/domain/test_plans.py",),
    ),
    Mutant(
        "late-usage-throttles",
        "Usage that arrives after its period sets the switch off.",
        f"{_CORE}/domain/switches.py",
        "    if window.closed(now):\n",
        "    if window.closed(now) and counter.spend.usd < 0:\n",
        ("tests/unit/domain/test_switches.py",),
    ),
    Mutant(
        "second-look-is-the-undo",
        "What is found on a second look, already at zero, becomes the undo: a release gives back nothing.",
        f"{_CORE}/application/switching/hands.py",
        "before=merged(grip.before, down, observed, resumed=partial),",
        "before=observed,",
        (*_HANDS, "tests/properties/test_kill_switch_machine.py", "tests/properties/test_kill_switch_crashes.py"),
    ),
    Mutant(
        "overwrites-people",
        "What a person changed meanwhile is overwritten on the way back.",
        f"{_CORE}/domain/undo.py",
        "value = before.get(part, _ABSENT) if now == down.get(part, _ABSENT) else now",
        "value = before.get(part, _ABSENT)",
        ("tests/unit/domain/test_undo.py", *_HANDS),
    ),
    Mutant(
        "another-ones-endpoint",
        "An endpoint that somebody else made under the same name is given the former one's scaling.",
        f"{_CORE}/application/switching/hands.py",
        "resumed = partial and observed is not None and actuator.same(grip.before, observed)",
        "resumed = partial and observed is not None",
        ("tests/unit/application/test_hands_in_vain.py",),
    ),
    Mutant(
        "first-release-wins",
        "Of two budgets that keep a target down, the first that lets go turns it on.",
        f"{_CORE}/application/switching/hands.py",
        "        if grip.holders - {switch_id}:\n",
        "        if grip.holders - grip.holders:\n",
        _HANDS,
    ),
    Mutant(
        "fights-for-ever",
        "A target that somebody turns on again is turned down again without end.",
        f"{_CORE}/application/switching/hands.py",
        "        if joined.attempts >= self.max_attempts:\n",
        "        if joined.attempts < 0:\n",
        (*_HANDS, "tests/unit/application/test_hands_in_vain.py"),
    ),
    Mutant(
        "word-not-heeded",
        "A person's release is forgotten by the next round.",
        f"{_CORE}/domain/switches.py",
        "hold = switch.hold if switch.hold and switch.hold.active(now) else None",
        "hold = None",
        ("tests/unit/domain/test_switches.py",),
    ),
    Mutant(
        "rights-without-tags",
        "IAM lets the function turn down what has no environment.",
        "stacks/constructs/kill_switch_permissions.py",
        '_allow(stack, "TurnTargets", _TURN, _arns(_TURN), on_resource)',
        '_allow(stack, "TurnTargets", _TURN, _arns(_TURN))',
        _RIGHTS,
    ),
    Mutant(
        "no-ban-on-production",
        "A later grant could reach production: the explicit denial is gone.",
        "stacks/constructs/kill_switch_permissions.py",
        '    yield _deny(stack, "NeverProtected", on_existing, {f"aws:ResourceTag/{_ENVIRONMENT}": protected})\n',
        "",
        _RIGHTS,
    ),
)
