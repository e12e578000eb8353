"""Deploys an account, has schemathesis ask its API, and looks up every record that was accepted."""

import base64
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from local.account import LocalAccount, local_account
from local.demo.warmup import warm_up
from spendplane.adapters.dynamodb.client import Table
from spendplane.adapters.dynamodb.ledger import DynamoLedger
from spendplane.adapters.dynamodb.quarantine import DynamoQuarantine
from spendplane.application.metering.intake import contradiction
from spendplane.contract.envelope import Message, Rejected, read
from spendplane.contract.http_api import ROUTES
from spendplane.domain.usage import UsageEvent

ROOT = Path(__file__).parents[3]
OPENAPI = ROOT / "events" / "openapi.v1.json"
HOOKS = "proof.fuzz.http.hooks"
SENT = "SPENDPLANE_PROOF_SENT"
"""The variable that names the file in which every answered request stands, a line each."""
SEED = 20261128
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
)  # fmt: skip
"""Not that all is refused which the schema forbids: times, for one, the meter judges."""
ACCEPTED = 202
SETTLING_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked and answered. `statuses` are calls by path and status."""

    statuses: Mapping[tuple[str, int], int] = field(default_factory=dict)
    records: int = 0
    counted: int = 0
    quarantined: int = 0
    failures: Sequence[str] = ()


def ask(examples: int, scratch: Path, tell: Callable[[str], None]) -> Asked:
    """So many random requests for each path, beside those at every bound of the description."""
    tell("an account for the HTTP interface")
    with local_account(context={"http": "true"}) as account:
        warm_up(account)
        tell("requests to the HTTP interface")
        return asked(account, examples, scratch)


def asked(account: LocalAccount, examples: int, scratch: Path) -> Asked:
    """Of an account that is deployed."""
    sent, report = scratch / "sent.jsonl", scratch / "schemathesis.xml"
    scratch.mkdir(parents=True, exist_ok=True)
    sent.write_text("")
    report.unlink(missing_ok=True)
    url = f"{account.endpoint}/_aws/execute-api/{account.outputs['UsageApiId']}/v1"
    command = [
        str(Path(sys.executable).with_name("st")), "run", str(OPENAPI), "--url", url, "--checks", ",".join(CHECKS),
        "--phases", "examples,coverage,fuzzing", "--max-examples", str(examples), "--seed", str(SEED), "--no-color",
        "--continue-on-failure", "--generation-deterministic",
        "--suppress-health-check", "all", "--warnings", "off", "--report", "junit", "--report-junit-path", str(report),
    ]  # fmt: skip
    environment = {
        **os.environ, "PYTHONPATH": f"{ROOT / 'functions'}{os.pathsep}{ROOT}",
        "SCHEMATHESIS_HOOKS": HOOKS, SENT: str(sent),
    }  # fmt: skip
    with (scratch / "schemathesis.log").open("wb") as log:
        code = subprocess.run(
            command, cwd=scratch, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False
        ).returncode
    failures = list(_failures(report)) if report.exists() else []
    if code and not failures:
        failures = [f"schemathesis ended with {code}: {(scratch / 'schemathesis.log').read_text()[-500:]}"]
    return _looked_up(account, [json.loads(line) for line in sent.read_text().splitlines()], failures)


def _failures(report: Path) -> Iterator[str]:
    """What schemathesis found, each in a line."""
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314  # schemathesis wrote it just now
        for tag in ("failure", "error"):
            for found in case.iter(tag):
                yield f"HTTP, {case.get('name')}: {' '.join(str(found.get('message')).split())[:600]}"


def _looked_up(account: LocalAccount, calls: list[dict[str, Any]], failures: list[str]) -> Asked:
    """Every record of every accepted call is in the ledger or in the quarantine."""
    statuses = Counter((str(call["path"]), int(call["status"])) for call in calls)
    accepted = [record for call in calls if call["status"] == ACCEPTED for record in records(call)]
    if not accepted:
        failures.append("HTTP: not one record was accepted: the run proves nothing")
    _settle(account)
    table = Table(account.client("dynamodb"), account.env["SPENDPLANE_TABLE"])
    kept = {entry.id for entry in DynamoQuarantine(table).entries(_days())}
    rows = {item.row.event.dedup_key: item.row.event for item in DynamoLedger(table).rows()}
    counted = quarantined = 0
    for item in accepted:
        if isinstance(item, Rejected):
            quarantined += item.id in kept
        elif (row := rows.get(item.dedup_key)) and not row.contradicts(item.id, item.payload_hash):
            counted += 1
        else:
            quarantined += contradiction(item).id in kept
    if lost := len(accepted) - counted - quarantined:
        failures.append(f"HTTP: {lost} of {len(accepted)} accepted records are neither in the ledger nor in quarantine")
    return Asked(statuses, len(accepted), counted, quarantined, failures)


def records(call: Mapping[str, Any]) -> list[UsageEvent | Rejected]:
    """As the meter reads them."""
    kind, _ = ROUTES[call["path"]]
    body = json.dumps({"source": "", "detail-type": kind, "detail": json.loads(base64.b64decode(call["body"]))})
    return list(read(Message("m", body, datetime.now(UTC))))


def _settle(account: LocalAccount) -> None:
    """Returns when the meter has dealt with everything, or after a minute: what is missing then is lost."""
    client, url = account.client("sqs"), account.env["SPENDPLANE_QUEUE_URL"]
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    deadline = time.monotonic() + SETTLING_SECONDS
    while time.monotonic() < deadline:
        found = client.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        if not any(int(found[name]) for name in names):
            return
        time.sleep(0.2)


def _days() -> list[str]:
    today = datetime.now(UTC)
    return [f"{today - timedelta(days=age):%Y-%m-%d}" for age in (0, 1)]
