"""Where invocation logs that the deployment turns on are kept: encrypted, 90 days, and written by Bedrock only."""

from collections.abc import Callable

from aws_cdk import Acknowledgment, Aws, Duration, Stack, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks import names
from stacks.target import Target

_Add = Callable[[iam.PolicyStatement], object]
_KEPT = logs.RetentionDays.THREE_MONTHS
"""Longer than the 35 days in which usage can be counted: what was missed can be read again."""
_STREAM = "aws/bedrock/modelinvocations"
_NO_LOG_OF_A_LOG = Acknowledgment(
    id="AwsSolutions-S1",
    reason="It holds a log itself, which one service writes and one function reads; both stand in CloudTrail.",
)


class InvocationLogStore(Construct):
    """A bucket, and for logs in CloudWatch a log group with the role by which Bedrock writes into it.

    Rights as AWS gives them: https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
    """

    def __init__(self, scope: Construct, id_: str, *, target: Target, cloudwatch: bool) -> None:
        super().__init__(scope, id_)
        self._target = target
        self.key = kms.Key(
            self,
            "Key",
            description="Logs of Bedrock's model invocations",
            enable_key_rotation=True,
            removal_policy=target.removal,
        )
        self._let_bedrock(self.key.add_to_resource_policy, ["kms:GenerateDataKey"], ["*"], "BedrockEncrypts")
        self.bucket = self._bucket()
        self.log_group = self._log_group() if cloudwatch else None
        self.role = self._role(self.log_group) if self.log_group else None

    def _bucket(self) -> s3.Bucket:
        bucket = s3.Bucket(
            self,
            "Bucket",
            encryption=s3.BucketEncryption.KMS,
            encryption_key=self.key,
            bucket_key_enabled=True,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            removal_policy=self._target.removal,
            lifecycle_rules=[
                s3.LifecycleRule(expiration=Duration.days(90), abort_incomplete_multipart_upload_after=Duration.days(7))
            ],
        )
        resource = bucket.node.default_child
        assert isinstance(resource, s3.CfnBucket)  # noqa: S101  # for the type checker: CDK says it is
        # Not `event_bridge_enabled`: it would bring a function of CDK's own with rights on every bucket.
        resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(event_bridge_enabled=True)
        )
        written = f"{bucket.bucket_arn}/AWSLogs/{Aws.ACCOUNT_ID}/BedrockModelInvocationLogs/*"
        self._let_bedrock(bucket.add_to_resource_policy, ["s3:PutObject"], [written], "BedrockWritesLogs")
        Validations.of(bucket).acknowledge(_NO_LOG_OF_A_LOG)
        return bucket

    def _log_group(self) -> logs.LogGroup:
        arn = Stack.of(self).format_arn(service="logs", resource="log-group", resource_name="")
        self.key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="LogsEncrypt",
                principals=[iam.ServicePrincipal(f"logs.{Aws.REGION}.amazonaws.com")],
                actions=["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
                resources=["*"],
                conditions={
                    "ArnEquals": {
                        "kms:EncryptionContext:aws:logs:arn": f"{arn.removesuffix('/')}:{names.INVOCATION_LOG_GROUP}"
                    }
                },
            )
        )
        group = logs.LogGroup(
            self,
            "Log",
            log_group_name=names.INVOCATION_LOG_GROUP,
            encryption_key=self.key,
            retention=_KEPT,
            removal_policy=self._target.removal,
        )
        group.node.add_dependency(self.key)
        return group

    def _role(self, group: logs.LogGroup) -> iam.Role:
        role = iam.Role(
            self,
            "Role",
            path=names.ROLE_PATH,
            description="By which Bedrock writes its invocation log",
            assumed_by=iam.ServicePrincipal("bedrock.amazonaws.com", conditions=self._for_this_account()),
        )
        stream = f"arn:{Aws.PARTITION}:logs:{Aws.REGION}:{Aws.ACCOUNT_ID}:log-group:{names.INVOCATION_LOG_GROUP}"
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[f"{stream}:log-stream:{_STREAM}"]
            )
        )
        role.node.add_dependency(group)
        return role

    def _let_bedrock(self, add: _Add, actions: list[str], resources: list[str], sid: str) -> None:
        """On behalf of this account and Region only."""
        add(
            iam.PolicyStatement(
                sid=sid,
                principals=[iam.ServicePrincipal("bedrock.amazonaws.com")],
                actions=actions,
                resources=resources,
                conditions=self._for_this_account(),
            )
        )

    def _for_this_account(self) -> dict[str, dict[str, str]]:
        source = Stack.of(self).format_arn(service="bedrock", resource="*")
        return {"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}, "ArnLike": {"aws:SourceArn": source}}
