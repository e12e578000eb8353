"""Usage from Bedrock's model invocation logs: an optional stack, for an account whose services shall not be changed."""

from pathlib import Path

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from stacks import names
from stacks.constructs.bedrock_logs import BedrockLogs, Places
from stacks.constructs.bedrock_logs_alarms import BedrockLogsAlarms
from stacks.constructs.function import Runtime
from stacks.constructs.invocation_log_store import InvocationLogStore
from stacks.constructs.invocation_logging import InvocationLogging
from stacks.invocation_logs import InvocationLogs
from stacks.state import SpendplaneState
from stacks.target import Target


class SpendplaneBedrockLogs(Stack):
    """The logs (those that are there, or ones of its own, turned on), the function that reads them, and its alarms."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        target: Target,
        state: SpendplaneState,
        invocation_logs: InvocationLogs,
        identities: str,
        prices: Path,
    ) -> None:
        """`identities` is the checked identities.yaml as JSON."""
        super().__init__(scope, id_, synthesizer=target.synthesizer(), tags=names.TAGS)
        self.template_options.metadata = {"cfn-lint": {"config": {"ignore_checks": ["W3005"]}}}
        runtime = Runtime.of(self, target, prices)
        store = self._store(target, invocation_logs)
        places = self._places(store, invocation_logs)
        logs = BedrockLogs(self, "Logs", bus=state.bus, places=places, identities=identities, runtime=runtime)
        BedrockLogsAlarms(self, "Alarms", logs=logs, topics=state.topics)
        if store:
            logging = InvocationLogging(self, "Logging", store=store, bodies=invocation_logs.bodies, runtime=runtime)
            logging.setting.node.add_dependency(logs)  # nothing is logged before somebody reads it
        for name, value in (("InvocationLogGroup", places.log_group), ("InvocationLogBucket", places.bucket)):
            if value:
                CfnOutput(self, name, value=value)

    def _store(self, target: Target, wanted: InvocationLogs) -> InvocationLogStore | None:
        if wanted.source == "existing":
            return None
        return InvocationLogStore(self, "Store", target=target, cloudwatch=wanted.source == "cloudwatch")

    def _places(self, store: InvocationLogStore | None, wanted: InvocationLogs) -> Places:
        if store is None:
            return Places(wanted.log_group, wanted.bucket, wanted.bucket, wanted.key)
        bucket = store.bucket
        id_ = self.get_logical_id(bucket.node.default_child)  # type: ignore[arg-type]  # CDK says it is a resource
        group = store.log_group.log_group_name if store.log_group else None
        return Places(group, bucket.bucket_name, f"<{id_}>", store.key.key_arn)
