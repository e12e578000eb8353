"""The one table: ledger, counters, budget definitions, outbox, quarantine, and the kill switch with its audit trail."""

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks import names
from stacks.target import Target


class Store(Construct):
    """The table, billed by request, and the index that the sweep finds its work by."""

    def __init__(self, scope: Construct, id_: str, *, target: Target, restored: str | None = None) -> None:
        """`restored` is the name of a table that stands in for the stack's own: one restored from a point in time.

        It was made outside of the stack, which therefore neither changes nor deletes it.
        """
        super().__init__(scope, id_)
        own = self._own(target)
        self.table: dynamodb.ITableV2 = self._foreign(restored) if restored else own

    def _foreign(self, name: str) -> dynamodb.ITableV2:
        """Its index is given leave for by `work_statement`, as is that of the own table."""
        return dynamodb.TableV2.from_table_name(self, "Restored", name)

    def _own(self, target: Target) -> dynamodb.TableV2:
        return dynamodb.TableV2(
            self,
            "Table",
            table_name=names.TABLE,
            partition_key=_string("pk"),
            sort_key=_string("sk"),
            billing=dynamodb.Billing.on_demand(),
            # AWS's key for DynamoDB: its use stands in CloudTrail, and no role of ours can lose access to the ledger.
            encryption=dynamodb.TableEncryptionV2.aws_managed_key(),
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            time_to_live_attribute="expires_at",
            deletion_protection=target.retain,
            removal_policy=target.removal,
            # Sparse: only items with work to do are in it, so reading it never costs a scan of the counters.
            global_secondary_indexes=[
                dynamodb.GlobalSecondaryIndexPropsV2(
                    index_name=names.WORK_INDEX,
                    partition_key=_string("work"),
                    sort_key=_string("work_at"),
                    projection_type=dynamodb.ProjectionType.KEYS_ONLY,
                )
            ],
        )

    def item_statement(self, *actions: str) -> iam.PolicyStatement:
        """Leave to do exactly these actions, such as `GetItem`, on the items of the table."""
        return iam.PolicyStatement(
            actions=[f"dynamodb:{action}" for action in actions], resources=[self.table.table_arn]
        )

    def audit_statement(self) -> iam.PolicyStatement:
        """A ban on changing or removing an entry of the audit trail, whatever else a role may do: written once."""
        return iam.PolicyStatement(
            sid="AuditIsWrittenOnce",
            effect=iam.Effect.DENY,
            actions=["dynamodb:UpdateItem", "dynamodb:DeleteItem"],
            resources=[self.table.table_arn],
            conditions={"ForAnyValue:StringLike": {"dynamodb:LeadingKeys": [f"{names.AUDIT_KEY}*"]}},
        )

    def work_statement(self) -> iam.PolicyStatement:
        """Leave to query the index of open work, and no other."""
        index = f"{self.table.table_arn}/index/{names.WORK_INDEX}"
        return iam.PolicyStatement(actions=["dynamodb:Query"], resources=[index])


def _string(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
