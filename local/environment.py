"""The environment of a client: a shell with build/local.env sourced, the tests, the CDK command line."""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from local.settings import CREDENTIALS, REGION
from local.workdir import Record

_OUTPUTS = {
    "BusName": "SPENDPLANE_BUS",
    "TableName": "SPENDPLANE_TABLE",
    "QueueUrl": "SPENDPLANE_QUEUE_URL",
    "OnCallTopicArn": "SPENDPLANE_ONCALL_TOPIC_ARN",
    "BudgetAlertsTopicArn": "SPENDPLANE_ALERTS_TOPIC_ARN",
}


def client_env(record: Record, outputs: Mapping[str, str]) -> dict[str, str]:
    """The variables with which plain `aws`, boto3 and `spendplane` talk to this account."""
    ours = {variable: outputs[name] for name, variable in _OUTPUTS.items() if name in outputs}
    if api := outputs.get("UsageApiId"):  # the address in the outputs is that of AWS
        ours["USAGE_API_URL"] = f"{record.endpoint}/_aws/execute-api/{api}/v1"
    regions = {"AWS_DEFAULT_REGION": REGION, "AWS_REGION": REGION}
    return {"AWS_ENDPOINT_URL": record.endpoint, **CREDENTIALS, **regions, **ours}


def isolated(env: Mapping[str, str], base: Mapping[str, str] | None = None) -> dict[str, str]:
    """`env` over the caller's environment, less whatever there could lead to a real AWS account."""
    base = os.environ if base is None else base
    # Compiled files halve the time of every later start, so a setting against them is not passed on.
    kept = {key: value for key, value in base.items() if not key.startswith(("AWS_", "CDK_", "PYTHONDONTWRITE"))}
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    local = {"AWS_EC2_METADATA_DISABLED": "true", "NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}
    return {**kept, **nowhere, **local, **env}


def write_env_file(path: Path, env: Mapping[str, str]) -> None:
    """Writes `export NAME=value` lines, quoted for a shell, in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text("".join(f"export {name}={shlex.quote(value)}\n" for name, value in env.items()))
    part.replace(path)
