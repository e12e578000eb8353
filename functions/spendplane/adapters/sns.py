"""The topic port over SNS: a body per protocol, so that no person gets raw JSON."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from spendplane.application.ports import BusyError, Message

if TYPE_CHECKING:
    from types_boto3_sns import SNSClient
else:
    SNSClient = Any


@dataclass(frozen=True, slots=True)
class SnsTopic:
    """See `application.ports.Topic`. Chat (Amazon Q Developer) subscribes over https; queues and functions get JSON."""

    client: SNSClient
    name: str
    arn: str

    def send(self, message: Message) -> None:
        """One publish with the bodies of all protocols and the attributes for filter policies."""
        machine = json.dumps(message.machine)
        bodies = {
            "default": message.text,
            "email": message.text,
            "email-json": machine,
            "sms": message.sms,
            "https": json.dumps(message.chat),
            "http": json.dumps(message.chat),
            "sqs": machine,
            "lambda": machine,
        }
        attributes = {
            name: {"DataType": "String", "StringValue": value} for name, value in message.attributes.items() if value
        }
        try:
            self.client.publish(
                TopicArn=self.arn,
                Subject=message.subject,
                MessageStructure="json",
                Message=json.dumps(bodies),
                MessageAttributes=attributes,  # type: ignore[arg-type]
            )
        except (ClientError, BotoCoreError) as error:
            raise BusyError(f"SNS: {error}") from error
