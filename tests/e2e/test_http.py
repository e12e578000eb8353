"""Usage over HTTPS, with IAM enforced: a signed call counts, others are told why not; nothing is lost in silence."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.e2e.deployed import Deployed, eventually, record

ROOT = Path(__file__).parents[2]
ROOT_KEYS = Credentials("test", "test")
_numbers = count(1)
ALLOWED = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "arn:aws:execute-api:*:*:*/v1/POST/usage"}


def name(kind: str) -> str:
    return f"{kind}-{next(_numbers)}"


def url(deployed: Deployed) -> str:
    """The path form of the local account; on AWS it is a host of its own."""
    return f"{deployed.account.endpoint}/_aws/execute-api/{deployed.account.outputs['UsageApiId']}/v1"


def post(deployed: Deployed, path: str, body: object, keys: Credentials | None = ROOT_KEYS, **headers: str) -> Any:
    """Status and parsed answer."""
    text = body if isinstance(body, str) else json.dumps(body)
    asked = AWSRequest("POST", url(deployed) + path, {"Content-Type": "application/json", **headers}, text.encode())
    if keys:
        SigV4Auth(keys, "execute-api", "us-east-1").add_auth(asked)
    answer = urllib3.request("POST", str(asked.url), headers=dict(asked.headers), body=text.encode(), retries=False)
    return answer.status, answer.json()


@contextmanager
def user(deployed: Deployed, *statements: dict[str, Any]) -> Iterator[tuple[Credentials, str]]:
    """The keys and the ARN of somebody with these rights."""
    iam, user_name = deployed.client("iam"), name("e2e-http")
    arn = iam.create_user(UserName=user_name)["User"]["Arn"]
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    if statements:
        iam.put_user_policy(UserName=user_name, PolicyName="calls", PolicyDocument=json.dumps(document))
    made = iam.create_access_key(UserName=user_name)["AccessKey"]
    yield Credentials(made["AccessKeyId"], made["SecretAccessKey"]), arn


def test_a_signed_call_counts_under_its_callers_name(deployed: Deployed) -> None:
    item = record(name("http"), user_id='O\'Neill "x" \\ é 😀 $caller', cost_usd=0.10, note="#set($x = 1) ## $x")
    with user(deployed, ALLOWED) as (keys, arn):
        status, answer = post(deployed, "/usage", item, keys)
    assert (status, answer["accepted"]) == (202, True)
    row = eventually(lambda: deployed.row(f"i#{item['id']}"), lambda found: found is not None)
    assert row is not None
    assert row.row.event.source == f"spendplane.http/{arn}"
    assert row.row.event.attributes["user_id"] == item["user_id"]
    assert json.loads(row.row.event.canonical)["note"] == item["note"]
    assert str(row.row.usd) == "0.1"


def test_a_batch_counts_and_a_repetition_does_not(deployed: Deployed) -> None:
    items = [record(name("http"), cost_usd="1") for _ in range(3)]
    for _ in range(2):
        assert post(deployed, "/usage/batch", {"records": items})[0] == 202
    deployed.settle()
    rows = [eventually(lambda item=item: deployed.row(f"i#{item['id']}"), bool) for item in items]  # type: ignore[misc]
    assert len(rows) == 3


def test_who_is_refused_and_why(deployed: Deployed) -> None:
    item = record(name("http"))
    with user(deployed) as (keys, arn), user(deployed, ALLOWED) as (single, _):
        told = {
            "unsigned": post(deployed, "/usage", item, None),
            "no right": post(deployed, "/usage", item, keys),
            "not on this route": post(deployed, "/usage/batch", {"records": [item]}, single),
            "unknown": post(deployed, "/usage", item, Credentials("AKIAUNKNOWN000000000", "x")),
            "text": post(deployed, "/usage", item, ROOT_KEYS, **{"Content-Type": "text/plain"}),
        }
    assert {what: status for what, (status, _) in told.items()} == {
        "unsigned": 403, "no right": 403, "not on this route": 403, "unknown": 403, "text": 415,
    }  # fmt: skip
    assert told["unsigned"][1]["error"] == "MISSING_AUTHENTICATION_TOKEN"
    assert arn in json.dumps(told["no right"][1])
    deployed.settle()
    assert deployed.row(f"i#{item['id']}") is None


@pytest.mark.parametrize(
    ("path", "body", "reason"),
    [
        ("/usage", '{"id": ', "JSON"),
        ("/usage", {**record("p"), "environment": "qa"}, "environment"),
        ("/usage", {**record("p"), "usage": {"output": -1}}, "usage.output"),
        ("/usage", [], "object"),
        ("/usage/batch", {"records": []}, "records"),
        ("/usage/batch", {"records": [record("p"), {"id": "x"}]}, "records[1]"),
    ],
)
def test_a_body_with_a_mistake_is_told_its_mistake(deployed: Deployed, path: str, body: object, reason: str) -> None:
    status, answer = post(deployed, path, body)
    assert (status, answer["error"]) == (400, "BAD_REQUEST_BODY")
    assert reason in answer["reason"]
    assert answer["what_to_do"]


def test_what_the_bus_refuses_is_never_a_success(deployed: Deployed) -> None:
    """Without its right, the API's role publishes nothing, and says so."""
    iam = deployed.client("iam")
    roles = iam.list_roles(PathPrefix="/spendplane/")["Roles"]
    (role,) = (item["RoleName"] for item in roles if "UsageApi" in item["RoleName"])
    (policy,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    iam.delete_role_policy(RoleName=role, PolicyName=policy)
    try:
        status, answer = post(deployed, "/usage", record(name("http")))
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(document))
    assert (status, answer["error"]) == (502, "BUS_REFUSED")
    assert "events:PutEvents" in answer["reason"]
    assert post(deployed, "/usage", record(name("http")))[0] == 202


def test_the_example_of_the_docs_runs_as_it_is_written(deployed: Deployed) -> None:
    """But for the session token: root has none here."""
    (example,) = re.findall(r"```sh\n(curl .*?)```", (ROOT / "docs/http.md").read_text(encoding="utf-8"), re.DOTALL)
    ours = {"USAGE_API_URL": url(deployed), "AWS_REGION": "us-east-1"}
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_SESSION_TOKEN": ""}
    run = subprocess.run(["sh", "-c", example], env={**os.environ, **ours, **keys}, capture_output=True, check=True)
    assert json.loads(run.stdout)["accepted"] is True, run.stdout
