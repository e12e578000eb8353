"""The setting of Bedrock's model invocation logging, and what a deployment wants of it.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_PutModelInvocationLoggingConfiguration.html
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from spendplane.application.ports import BusyError
from spendplane.application.sources.invocation_logging import Config, Order

BODIES = ("text", "image", "embedding", "video", "audio")
_NOT_YET = "validat"
"""Bedrock's words for a destination that it cannot write to: `Failed to validate permissions for …`."""


@dataclass(frozen=True, slots=True)
class BedrockLogging:
    """See `application.sources.invocation_logging.LoggingSetting`."""

    client: Any

    def get(self) -> Config:
        """As Bedrock has it."""
        with _translated():
            return self.client.get_model_invocation_logging_configuration().get("loggingConfig") or {}

    def put(self, config: Config) -> None:
        """Writes a test file or event into each destination first, so the rights must be there."""
        with _translated():
            self.client.put_model_invocation_logging_configuration(loggingConfig=dict(config))

    def delete(self) -> None:
        """Of a setting that is off already as well."""
        with _translated():
            self.client.delete_model_invocation_logging_configuration()


def wanted(properties: Mapping[str, str]) -> Order:
    """From the properties of the custom resource."""
    bucket, group, role = properties["BucketName"], properties.get("LogGroupName"), properties.get("RoleArn")
    destination = {"bucketName": bucket}
    logged = properties["Bodies"].split(",")
    config: dict[str, Any] = {f"{kind}DataDeliveryEnabled": kind in logged for kind in BODIES}
    if group:
        config["cloudWatchConfig"] = {
            "logGroupName": group,
            "roleArn": role,
            "largeDataDeliveryS3Config": destination,
        }
    else:
        config["s3Config"] = destination
    return Order(config, frozenset(properties["Places"].split(",")))


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code, text = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        passing = {"ThrottlingException", "InternalServerException"}
        if code in passing or (code == "ValidationException" and _NOT_YET in text.lower()):
            raise BusyError(f"Bedrock: {error}") from error
        raise
    except BotoCoreError as error:
        raise BusyError(f"Bedrock: {error}") from error
