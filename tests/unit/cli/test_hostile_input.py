"""Whatever a file or the standard input holds: a documented exit code, and words for a person or JSON."""

import json
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from spendplane.application.ports import QuarantineEntry
from spendplane.domain.payloads import APIS
from tests.support.builders import NOW
from tests.support.hostile import bodies, json_values, records, text_of
from tests.support.payloads import VECTORS
from tests.unit.cli.conftest import Shell
from tests.unit.cli.test_events import Events

DOCUMENTED = {0, 1, 2, 3}
few = settings(max_examples=25)
"""A command takes some 20 ms."""
separators = st.sampled_from(["\n", "\n\n", ",", " ", "\r\n", "\u2028"])
texts = st.one_of(
    st.builds(lambda items, mark: mark.join(map(text_of, items)), st.lists(records, max_size=4), separators),
    st.lists(records, max_size=3).map(text_of),
    bodies,
    st.sampled_from([400, 900, 960, 1_100]).map(lambda levels: '{"id": ' + "[" * levels + "]" * levels + "}"),
)
inputs = texts.map(lambda text: text.encode("utf-8", "replace")) | st.binary(max_size=30)
calls = st.builds(
    lambda vector, name, value: {"api": vector.api, "raw": vector.payload, "model": "gpt-4o", name: value},
    st.sampled_from([vector for vector in VECTORS if not isinstance(vector.payload, bytes)]),
    st.sampled_from(["raw", "model", "time", "usage", "region", "x"]),
    json_values,
)


def run(shell: Shell, *args: str, given: bytes | None = None) -> Any:
    """The result, which is one that is documented."""
    shell.clients["events"] = Events()
    result = shell(*args, stdin=given)  # type: ignore[arg-type]  # the runner takes bytes as well
    assert result.exit_code in DOCUMENTED, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "this is a defect" not in result.output, result.output
    assert "Traceback" not in result.output
    return result


@few
@example(b'{"detail-type": {}, "detail": {}}', False)
@example(b'{"Detail": "' + b"[" * 5_000 + b'"}', True)
@given(inputs, st.booleans())
def test_events_put(given_: bytes, batch: bool) -> None:
    options = ("--batch",) if batch else ()
    result = run(Shell(), "events", "put", "-", "--skip-invalid", "--json", *options, given=given_)
    if result.exit_code in {0, 3}:
        told = json.loads(result.stdout)
        assert told["records"] == told["valid"] + len(told["invalid"])
        assert told["published"] == told["valid"]
    run(Shell(), "events", "put", "-", "--dry-run", given=given_)


@few
@example(b'{"provider": ' + b"[" * 500 + b"]" * 500 + b"}")
@given(inputs | calls.map(lambda call: text_of(call).encode()))
def test_prices_calc(given_: bytes) -> None:
    result = run(Shell(), "prices", "calc", "-", "--json", given=given_)
    for line in result.stdout.splitlines():
        json.loads(line)
    run(Shell(), "prices", "calc", "-", given=given_)


@few
@given(st.sampled_from(sorted(APIS)), inputs)
def test_prices_calc_of_a_payload(api: str, given_: bytes) -> None:
    run(Shell(), "prices", "calc", "--api", api, "--payload", "-", "--model", "gpt-4o", "--json", given=given_)


@settings(max_examples=8)
@example(["[" * 2_000, '{"id": "\\ud800"}'], "id=")
@given(
    st.lists(bodies | texts, min_size=1, max_size=3),
    st.sampled_from(["environment=test", "id=", "usage={}", "\ud800=x"]),
)
def test_quarantine(held: list[str], change: str) -> None:
    shell = Shell()
    shell.quarantine.put([QuarantineEntry(f"q{number}", "why", body, "s", NOW) for number, body in enumerate(held)])
    run(shell, "quarantine", "ls")
    for number in range(len(held)):
        run(shell, "quarantine", "show", f"q{number}")
        run(shell, "explain", f"q{number}")
    told = json.loads(run(shell, "quarantine", "replay", "--all", "--set", change, "--json").stdout)
    assert len(told) == len(held)
