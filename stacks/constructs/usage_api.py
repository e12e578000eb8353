"""`POST /usage` and its like: signed, checked against the schema, and straight to the bus."""

from typing import Any

from aws_cdk import Acknowledgment, RemovalPolicy, Stack, Validations
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks import names
from stacks.constructs.bus import Bus
from stacks.constructs.usage_answers import add_gateway_responses, integration
from stacks.http_api import HttpApi, HttpRoute

STAGE = "v1"
RATE, BURST = 200, 400
"""Calls a second over all callers, and at once; a batch of 500 records is one call."""
TLS = "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09"
"""TLS 1.2 at least, forward secrecy: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies.html"""
_LOGGED = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "caller": "$context.identity.userArn",
    "ip": "$context.identity.sourceIp",
    "method": "$context.httpMethod",
    "path": "$context.path",
    "status": "$context.status",
    "busStatus": "$context.integration.status",
    "error": "$context.error.responseType",
    "reason": "$context.error.validationErrorString",
}
"""No body: what was used, by whom, stands in the ledger, and nowhere else."""


class UsageApi(Construct):
    """The API, its one role, its logs and its bounds."""

    def __init__(self, scope: Construct, id_: str, *, bus: Bus, http: HttpApi) -> None:
        super().__init__(scope, id_)
        self.log_group = logs.LogGroup(
            self,
            "Log",
            log_group_name=names.HTTP_LOG,
            retention=logs.RetentionDays.THREE_MONTHS,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.api = self._api(http)
        self._role = self._publisher(bus, http)
        self._validator = self.api.add_request_validator(
            "Body", request_validator_name="body", validate_request_body=True, validate_request_parameters=True
        )
        for route in http.routes:
            self._add(route)
        add_gateway_responses(self.api)
        Validations.of(self.api.deployment_stage).acknowledge(_NO_FIREWALL)

    def _api(self, http: HttpApi) -> apigateway.RestApi:
        api = apigateway.RestApi(
            self,
            "Api",
            rest_api_name=names.HTTP_API,
            description="Usage events over HTTPS, for producers that cannot call PutEvents",
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            cloud_watch_role=http.log_role,
            cloud_watch_role_removal_policy=RemovalPolicy.RETAIN if http.log_role else None,
            deploy_options=apigateway.StageOptions(
                stage_name=STAGE,
                access_log_destination=apigateway.LogGroupLogDestination(self.log_group),
                access_log_format=apigateway.AccessLogFormat.custom(Stack.of(self).to_json_string(_LOGGED)),
                logging_level=apigateway.MethodLoggingLevel.ERROR,
                data_trace_enabled=False,
                metrics_enabled=True,
                tracing_enabled=True,
                throttling_rate_limit=RATE,
                throttling_burst_limit=BURST,
            ),
        )
        resource = api.node.default_child
        assert isinstance(resource, apigateway.CfnRestApi)  # noqa: S101  # for the type checker: CDK says it is
        resource.security_policy, resource.endpoint_access_mode = TLS, "STRICT"
        if http.log_role:
            Validations.of(api.node.find_child("CloudWatchRole")).acknowledge(_LOG_ROLE)
        return api

    def _publisher(self, bus: Bus, http: HttpApi) -> iam.Role:
        """May publish usage on this bus in the name of HTTP callers, and nothing else."""
        role = iam.Role(self, "Role", path=names.ROLE_PATH, assumed_by=iam.ServicePrincipal("apigateway.amazonaws.com"))
        statement = bus.publish_statement()
        statement.add_conditions(
            {
                "ForAllValues:StringLike": {"events:source": [f"{names.HTTP_SOURCE}/*"]},
                "ForAllValues:StringEquals": {"events:detail-type": [route.detail_type for route in http.routes]},
                "Null": {"events:source": "false", "events:detail-type": "false"},
            }
        )
        role.add_to_policy(statement)
        return role

    def _add(self, route: HttpRoute) -> None:
        resource = self.api.root.resource_for_path(route.path)
        method = resource.add_method(
            "POST",
            integration(route, self._role),
            authorization_type=apigateway.AuthorizationType.IAM,
            request_validator=self._validator,
            request_models={"application/json": self._model(route)},
            method_responses=[apigateway.MethodResponse(status_code=status) for status in ("202", "502")],
        )
        Validations.of(method).acknowledge(_SIGNED)

    def _model(self, route: HttpRoute) -> apigateway.IModel:
        name = "".join(word.title() for word in route.path.split("/"))
        made = apigateway.CfnModel(
            self,
            f"{name}Model",
            rest_api_id=self.api.rest_api_id,
            name=name,
            content_type="application/json",
            description=route.detail_type,
            schema=route.schema,
        )
        # The deployment has to be made anew when the schema changes.
        deployment: Any = self.api.latest_deployment
        deployment.add_to_logical_id({"model": route.schema})
        deployment.node.add_dependency(made)
        return apigateway.Model.from_model_name(self, f"{name}ModelName", made.ref)


_SIGNED = Acknowledgment(
    id="AwsSolutions-COG4",
    reason="Callers are services with IAM roles: AWS_IAM asks each for a SigV4 signature and execute-api:Invoke, and "
    "its ARN goes into the ledger. There are no people with passwords here, for whom a user pool would be.",
)
_NO_FIREWALL = Acknowledgment(
    id="AwsSolutions-APIG3",
    reason="Only principals of this account with execute-api:Invoke get past SigV4, and bodies are held to a schema; "
    "a web ACL would see what is refused already, for a monthly fee. Who wants one can associate it with the stage.",
)
_LOG_ROLE = Acknowledgment(
    id="AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]",
    reason="API Gateway has one such role for all APIs of an account and Region, so it cannot be narrowed to this log; "
    "the policy is AWS's own for it. Who has a role already leaves this one out.",
)
