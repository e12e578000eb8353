"""Clients reach the local account, and never a real one."""

import os
import subprocess
from pathlib import Path

from local.environment import client_env, isolated, write_env_file
from local.process import ProcessId
from local.settings import settings
from local.workdir import Record

RECORD = Record(ProcessId(1, "boot:1"), "http://127.0.0.1:20001")
OUTPUTS = {
    "BusName": "spendplane",
    "TableName": "spendplane",
    "QueueUrl": "http://127.0.0.1:20001/000000000000/spendplane-usage",
    "OnCallTopicArn": "arn:aws:sns:us-east-1:000000000000:spendplane-on-call",
    "BudgetAlertsTopicArn": "arn:aws:sns:us-east-1:000000000000:spendplane-budget-alerts",
    "SomethingElse": "not for clients",
}


def test_a_client_gets_endpoints_credentials_and_our_names() -> None:
    assert client_env(RECORD, OUTPUTS) == {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:20001",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
        "SPENDPLANE_BUS": "spendplane",
        "SPENDPLANE_TABLE": "spendplane",
        "SPENDPLANE_QUEUE_URL": "http://127.0.0.1:20001/000000000000/spendplane-usage",
        "SPENDPLANE_ONCALL_TOPIC_ARN": "arn:aws:sns:us-east-1:000000000000:spendplane-on-call",
        "SPENDPLANE_ALERTS_TOPIC_ARN": "arn:aws:sns:us-east-1:000000000000:spendplane-budget-alerts",
    }


def test_the_api_over_https_is_where_the_emulator_serves_it() -> None:
    outputs = {
        **OUTPUTS,
        "UsageApiId": "a1b2c3d4",
        "UsageApiUrl": "https://a1b2c3d4.execute-api.us-east-1.amazonaws.com/v1/",
    }
    found = client_env(RECORD, outputs)["USAGE_API_URL"]
    assert found == "http://127.0.0.1:20001/_aws/execute-api/a1b2c3d4/v1"


def test_before_the_first_deployment_there_is_an_account_but_no_names() -> None:
    assert not any(name.startswith("SPENDPLANE_") for name in client_env(RECORD, {}))


def test_nothing_of_the_callers_aws_settings_gets_through() -> None:
    caller = {
        "AWS_PROFILE": "production",
        "AWS_SESSION_TOKEN": "secret",
        "CDK_DEFAULT_ACCOUNT": "1",
        "HOME": "/home",
    }

    env = isolated(client_env(RECORD, {}), base=caller)

    assert env["HOME"] == "/home"
    assert env["AWS_ACCESS_KEY_ID"] == "test"
    assert env["AWS_CONFIG_FILE"] == env["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN", "CDK_DEFAULT_ACCOUNT"} & env.keys()


def test_the_env_file_is_read_by_a_shell_as_it_was_meant(tmp_path: Path) -> None:
    file = tmp_path / "new folder" / "local.env"
    awkward = "a b'c\"d$HOME;e"

    write_env_file(file, {"SPENDPLANE_BUS": awkward, "AWS_REGION": "us-east-1"})

    assert all(line.startswith("export ") for line in file.read_text().splitlines())
    script = '. "$1" && printf "%s|%s" "$SPENDPLANE_BUS" "$AWS_REGION"'
    read = subprocess.run(["sh", "-c", script, "sh", str(file)], capture_output=True, text=True, check=True)
    assert read.stdout == f"{awkward}|us-east-1"
    assert [entry.name for entry in file.parent.iterdir()] == ["local.env"]


def test_the_emulators_listen_on_loopback_only_and_write_below_their_folder(tmp_path: Path) -> None:
    env = settings(20001, tmp_path)

    assert {env[name] for name in ("BIND_HOST", "SFTP_HOST", "MINISTACK_HOST")} == {"127.0.0.1"}
    assert env["IOT_MTLS_ENABLED"] == env["SFTP_ENABLED"] == "0"
    assert env["AUTH"] == "true"
    assert all(env[name].startswith(str(tmp_path)) for name in ("TMPDIR", "STATE_DIR", "S3_DATA_DIR"))
    assert str(tmp_path) in env["DOCKER_HOST"]
