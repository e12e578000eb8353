"""Definitions: budgets.yaml into the table, by the deployment."""

import tempfile
from pathlib import Path

from aws_cdk import CustomResource, Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from stacks.constructs.function import Function, Runtime
from stacks.constructs.store import Store

_TIMEOUT = Duration.minutes(5)


class Definitions(Construct):
    """A custom resource whose function reads the checked definitions from an asset, so that their size is no limit."""

    def __init__(self, scope: Construct, id_: str, *, store: Store, definitions: str, runtime: Runtime) -> None:
        """`definitions` is the checked budgets.yaml as canonical JSON."""
        super().__init__(scope, id_)
        asset = self._asset(definitions)
        self.function = Function(
            self,
            "Define",
            capability="define",
            description="Writes the budget definitions of a deployment into the table",
            runtime=runtime,
            environment={"TABLE_NAME": store.table.table_name},
            statements=[
                store.item_statement("Query", "PutItem", "UpdateItem"),
                store.audit_statement(),
                self._read_statement(asset),
            ],
            timeout=_TIMEOUT,
            memory_mb=512,
        )
        self.resource = CustomResource(
            self,
            "Budgets",
            resource_type="Custom::SpendplaneBudgets",
            service_token=self.function.function.function_arn,
            # A function that dies says nothing: do not let CloudFormation wait its whole hour.
            service_timeout=_TIMEOUT.plus(Duration.minutes(1)),
            properties={
                "DefinitionsBucket": asset.s3_bucket_name,
                "DefinitionsKey": asset.s3_object_key,
                "DefinitionsHash": asset.asset_hash,
                # A restored table holds the budgets of then: another table is told of them anew.
                "Table": store.table.table_name,
            },
        )

    def _asset(self, definitions: str) -> assets.Asset:
        with tempfile.TemporaryDirectory(prefix="spendplane-") as scratch:
            path = Path(scratch, "budgets.json")
            path.write_text(definitions, encoding="utf-8")
            return assets.Asset(self, "File", path=str(path))

    def _read_statement(self, asset: assets.Asset) -> iam.PolicyStatement:
        """Leave to read this one object; `Asset.grant_read` would give the whole bucket of deployment assets."""
        arn = f"arn:{Stack.of(self).partition}:s3:::{asset.s3_bucket_name}/{asset.s3_object_key}"
        return iam.PolicyStatement(actions=["s3:GetObject"], resources=[arn])
