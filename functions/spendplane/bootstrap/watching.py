"""What looks at the account: hours, idleness, tags, the logs of model calls."""

from pathlib import Path
from typing import TYPE_CHECKING

from spendplane.bootstrap.clients import AT_ONCE, client, control_plane, dynamo_table

if TYPE_CHECKING:
    from spendplane.adapters.log_deliveries import Objects
    from spendplane.application.idle.idle_report import IdleAudit
    from spendplane.application.idle.monthly_costs import MonthlyCosts
    from spendplane.application.sources.hours import CountHours
    from spendplane.application.sources.invocation_logging import InvocationLogging
    from spendplane.application.sources.invocations import PublishInvocations
    from spendplane.application.tag_audit import TaggedAccount
    from spendplane.application.telling.idle_telling import TellIdle


def hours(table_name: str, bus_name: str) -> "CountHours":
    """Instances that run → usage records."""
    from concurrent.futures import ThreadPoolExecutor

    from spendplane.adapters.dynamodb.hours import DynamoHoursBook
    from spendplane.adapters.eventbridge import EventBridgeBus
    from spendplane.adapters.instance_prices import DEPLOYED, instance_prices
    from spendplane.adapters.sagemaker_hours import SageMakerInstances
    from spendplane.application.sources.hours import CountHours

    eyes = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="eyes")
    return CountHours(
        SageMakerInstances(control_plane, eyes.map),
        instance_prices(DEPLOYED),
        DynamoHoursBook(dynamo_table(table_name)),
        EventBridgeBus(client("events"), bus_name),
    )


def log_objects() -> "Objects":
    """What Bedrock's logs leave in S3."""
    from spendplane.adapters.log_deliveries import Objects

    return Objects(client("s3"))


def publish_invocations(bus_name: str, identities: Path, objects: "Objects") -> "PublishInvocations":
    """Lines of Bedrock's invocation log → usage records. `identities` is the checked identities.yaml as JSON."""
    from spendplane.adapters.bedrock import ProfileTags
    from spendplane.adapters.eventbridge import EventBridgeBus
    from spendplane.application.sources.invocations import PublishInvocations
    from spendplane.contract.identities_file import IdentitiesFile

    rules = IdentitiesFile.model_validate_json(identities.read_bytes()).to_domain()
    profiles = ProfileTags(lambda region: client("bedrock", region))
    return PublishInvocations(rules, profiles, objects, EventBridgeBus(client("events"), bus_name))


def invocation_logging() -> "InvocationLogging":
    """The switch of Bedrock's invocation logging in this account and Region."""
    from spendplane.adapters.bedrock_logging import BedrockLogging
    from spendplane.application.sources.invocation_logging import InvocationLogging

    return InvocationLogging(BedrockLogging(client("bedrock")))


def idle_audit(prices_path: Path | None = None) -> "IdleAudit":
    """What instances idle, over the account and Region of the environment. `prices_path` need not be there."""
    from concurrent.futures import ThreadPoolExecutor

    from spendplane.adapters.instance_prices import instance_prices
    from spendplane.adapters.sagemaker_idle import SageMakerIdle
    from spendplane.application.idle.idle_report import IdleAudit

    eyes = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="eyes")
    return IdleAudit(SageMakerIdle(control_plane, eyes.map), instance_prices(prices_path))


def monthly_costs(prices_path: Path | None = None) -> "MonthlyCosts":
    """What resources cost in a month, over the account and Region of the environment."""
    from spendplane.application.idle.monthly_costs import MonthlyCosts

    audit = idle_audit(prices_path)
    return MonthlyCosts(audit.account, audit.prices)


def tell_idle(table_name: str, bus_name: str) -> "TellIdle":
    """What idles → the daily notice."""
    from spendplane.adapters.dynamodb.outbox import DynamoOutbox
    from spendplane.adapters.eventbridge import EventBridgeBus
    from spendplane.adapters.instance_prices import DEPLOYED
    from spendplane.application.telling.idle_telling import TellIdle

    bus = EventBridgeBus(client("events"), bus_name)
    return TellIdle(idle_audit(DEPLOYED), DynamoOutbox(dynamo_table(table_name)), bus)


def tagged_account() -> "TaggedAccount":
    """The account and Region of the environment, by its resources' tags."""
    from spendplane.adapters.tagging.account import AwsTaggedAccount

    return AwsTaggedAccount(control_plane)
