"""One Lambda function of this project, with the role, the log group and the leave to trace that each has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from aws_cdk import Acknowledgment, Duration, RemovalPolicy, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks import names
from stacks.code import handler_code, layer_code
from stacks.target import Target

TRACES_ON_ALL = Acknowledgment(
    id="AwsSolutions-IAM5[Resource::*]",
    reason="xray:PutTraceSegments and xray:PutTelemetryRecords know no resource; nothing else is on '*'.",
)
_ONE_RUNTIME_BEHIND = Acknowledgment(
    id="AwsSolutions-L1",
    reason="python3.13 gets security patches until 2029; the layer's hash-pinned wheels are chosen and tested for it.",
)


@dataclass(frozen=True)
class Runtime:
    """What all functions share."""

    target: Target
    layer: lambda_.ILayerVersion
    prices: Path
    """The `prices.yaml` that travels with the code."""

    @classmethod
    def of(cls, scope: Construct, target: Target, prices: Path) -> Self:
        """With the layer of third-party packages, made in that scope."""
        layer = lambda_.LayerVersion(
            scope,
            "Packages",
            description="Third-party packages of Spendplane's functions",
            code=layer_code(target),
            compatible_runtimes=[target.runtime],
            compatible_architectures=[target.architecture],
        )
        return cls(target, layer, prices)


class Function(Construct):
    """The function `spendplane-<capability>`, whose code is `functions/<capability>/`, with `_` for each dash."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        capability: str,
        description: str,
        runtime: Runtime,
        environment: Mapping[str, str],
        statements: Sequence[iam.PolicyStatement],
        timeout: Duration,
        memory_mb: int,
        on_everything: Acknowledgment = TRACES_ON_ALL,
        files: Mapping[str, str] | None = None,
    ) -> None:
        """`statements` are all that the function's role may do, its own log and traces aside.

        `on_everything` says why some of it is on every resource. `files` travel with the code, text by name.
        """
        super().__init__(scope, id_)
        self.name = names.function(capability)
        self.log_group = self._log_group()
        self.role = self._role(statements, on_everything)
        target, package = runtime.target, capability.replace("-", "_")
        with handler_code(package, runtime.prices, files or {}) as code:
            self.function = lambda_.Function(
                self,
                "Function",
                function_name=self.name,
                description=description,
                code=code,
                handler=f"{package}.handler.handler",
                layers=[runtime.layer],
                runtime=target.runtime,
                architecture=target.architecture,
                memory_size=memory_mb,
                timeout=timeout,
                role=self.role,
                log_group=self.log_group,
                tracing=lambda_.Tracing.ACTIVE,
                environment={**environment, **_powertools(self.name)},
            )
        Validations.of(self.function).acknowledge(_ONE_RUNTIME_BEHIND)

    def _log_group(self) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            "Log",
            log_group_name=f"/aws/lambda/{self.name}",
            retention=logs.RetentionDays.THREE_MONTHS,
            # Logs explain, the ledger proves: they need not outlive the stack, and a kept one would block its return.
            removal_policy=RemovalPolicy.DESTROY,
        )

    def _role(self, statements: Sequence[iam.PolicyStatement], on_everything: Acknowledgment) -> iam.Role:
        """Its own role, without AWS's managed policies: those would let it write into every log of the account."""
        role = iam.Role(self, "Role", path=names.ROLE_PATH, assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        self.log_group.grant_write(role)
        for statement in statements:
            role.add_to_policy(statement)
        Validations.of(role).acknowledge(on_everything)
        return role


def _powertools(service: str) -> dict[str, str]:
    return {
        "POWERTOOLS_SERVICE_NAME": service,
        "POWERTOOLS_METRICS_NAMESPACE": names.METRICS,
        "POWERTOOLS_LOG_LEVEL": "INFO",
    }
