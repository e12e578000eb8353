"""The two topics that people subscribe to, and the key that encrypts what is in them."""

from aws_cdk import Aws, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from stacks import names
from stacks.target import Target


class Topics(Construct):
    """`on-call` for hard limits and alarms, `budget-alerts` for the owners of budgets."""

    def __init__(self, scope: Construct, id_: str, *, target: Target) -> None:
        super().__init__(scope, id_)
        # A key of our own, as AWS's key for SNS lets neither CloudWatch alarms nor AWS Budgets publish.
        self.key = kms.Key(
            self,
            "Key",
            description="Messages in Spendplane's topics",
            enable_key_rotation=True,
            removal_policy=target.removal,
        )
        self.on_call = self._topic("OnCall", names.ON_CALL_TOPIC, "Spendplane: on-call")
        self.budget_alerts = self._topic("BudgetAlerts", names.BUDGET_ALERTS_TOPIC, "Spendplane: budgets")
        stack = Stack.of(self)
        self._let_publish(
            "AlarmsMayPublish",
            service="cloudwatch.amazonaws.com",
            topic=self.on_call,
            source=stack.format_arn(service="cloudwatch", resource="alarm:*"),
        )
        self._let_publish(
            "AwsBudgetsMayPublish",
            service="budgets.amazonaws.com",
            topic=self.budget_alerts,
            # As AWS gives it, in "Creating an Amazon SNS topic for budget notifications".
            source=stack.format_arn(service="budgets", region="", resource="*"),
        )

    def publish_statements(self) -> list[iam.PolicyStatement]:
        """Leave to publish on both topics; an encrypted topic asks the publisher for the use of its key too."""
        topics = [self.on_call.topic_arn, self.budget_alerts.topic_arn]
        return [
            iam.PolicyStatement(actions=["sns:Publish"], resources=topics),
            iam.PolicyStatement(actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=[self.key.key_arn]),
        ]

    def _topic(self, id_: str, name: str, display_name: str) -> sns.Topic:
        return sns.Topic(self, id_, topic_name=name, display_name=display_name, master_key=self.key, enforce_ssl=True)

    def _let_publish(self, sid: str, *, service: str, topic: sns.Topic, source: str) -> None:
        """On behalf of this account only, and on this topic only; an encrypted topic asks for its key as well."""
        own_account = {"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}
        principal = iam.ServicePrincipal(service)
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid=sid,
                principals=[principal],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={**own_account, "ArnLike": {"aws:SourceArn": source}},
            )
        )
        self.key.add_to_resource_policy(
            iam.PolicyStatement(
                sid=sid,
                principals=[principal],
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=["*"],
                conditions=own_account,
            )
        )
