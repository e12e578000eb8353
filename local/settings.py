"""What the emulators are told: where to listen, where to write, what to leave off."""

from pathlib import Path

from local.ports import HOST

REGION = "us-east-1"
ACCOUNT_ID = "000000000000"
# The emulator's root user. Requests signed by anyone else are held to their IAM policies.
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}

# The services in use. The others stay off: some of them open ports of their own, on every interface.
SERVICES = (
    *("account", "apigateway", "bedrock", "bedrock-runtime", "budgets", "cloudformation", "dynamodb"),
    *("dynamodbstreams", "ecr", "ecs", "events", "iam", "kms", "lambda", "logs", "monitoring", "pipes", "s3"),
    *("scheduler", "secretsmanager", "sns", "sqs", "ssm", "states", "sts", "tagging"),
)


def settings(port: int, scratch: Path) -> dict[str, str]:
    """The environment that the emulators read, and that the functions' processes inherit."""
    listeners = {"BIND_HOST": HOST, "GATEWAY_PORT": str(port), "MINISTACK_HOST": HOST, "SFTP_HOST": HOST}
    off = {"IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0", "PERSIST_STATE": "0", "S3_PERSIST": "0"}
    # At start and at end MiniStack removes containers that it takes for its own: show it no Docker.
    off["DOCKER_HOST"] = f"unix://{scratch}/no-docker.sock"
    places = {"TMPDIR": str(scratch), "STATE_DIR": str(scratch / "state"), "S3_DATA_DIR": str(scratch / "s3")}
    account = {"AUTH": "true", "MINISTACK_ACCOUNT_ID": ACCOUNT_ID, "MOTO_ACCOUNT_ID": ACCOUNT_ID}
    regions = {"AWS_DEFAULT_REGION": REGION, "MINISTACK_REGION": REGION}
    return {**listeners, **off, **places, **account, **regions, **CREDENTIALS, "SERVICES": ",".join(SERVICES)}
