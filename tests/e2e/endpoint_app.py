"""A CDK app with a team's endpoints: serverless, asynchronous with scaling, and for inference components.

What differs from one deployment to the next comes by context: `memory`, `most` (of the scaling), `copies`, `suffix` (of
the names of endpoints without components), and `components` (`no` leaves those out).
"""

from pathlib import Path

from aws_cdk import App, CfnOutput, Environment, LegacyStackSynthesizer, Stack, Tags
from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sagemaker as sagemaker

ROLE = "arn:aws:iam::000000000000:role/model"
ACCOUNT, REGION = "000000000000", "us-east-1"


class Endpoints(Stack):
    """All named by CloudFormation, but for the endpoints."""

    def __init__(self, app: App) -> None:
        super().__init__(
            app,
            "team-endpoints",
            env=Environment(account=ACCOUNT, region=REGION),
            synthesizer=LegacyStackSynthesizer(),  # needs no assets, and so no bootstrapping
        )
        image = sagemaker.CfnModel.ContainerDefinitionProperty(image="example/model:1")
        self.model = sagemaker.CfnModel(self, "Model", execution_role_arn=ROLE, primary_container=image)
        self._serverless()
        self._asynchronous()
        if self._given("components", "yes") == "yes":
            self._with_component()
        Tags.of(self).add("project", "team")
        Tags.of(self).add("environment", "staging")

    def _given(self, name: str, default: str) -> str:
        return str(self.node.try_get_context(name) or default)

    def _endpoint(self, logical: str, name: str, config: sagemaker.CfnEndpointConfig) -> sagemaker.CfnEndpoint:
        return sagemaker.CfnEndpoint(
            self, logical, endpoint_name=name, endpoint_config_name=config.attr_endpoint_config_name
        )

    def _serverless(self) -> None:
        size = sagemaker.CfnEndpointConfig.ServerlessConfigProperty(
            max_concurrency=5, memory_size_in_mb=int(self._given("memory", "2048"))
        )
        variant = sagemaker.CfnEndpointConfig.ProductionVariantProperty(
            variant_name="all", model_name=self.model.attr_model_name, initial_variant_weight=1, serverless_config=size
        )
        config = sagemaker.CfnEndpointConfig(self, "ServerlessConfig", production_variants=[variant])
        endpoint = self._endpoint("Serverless", f"serverless{self._given('suffix', '')}", config)
        CfnOutput(self, "ServerlessArn", value=endpoint.ref)
        CfnOutput(self, "ServerlessName", value=endpoint.attr_endpoint_name)

    def _asynchronous(self) -> None:
        variant = sagemaker.CfnEndpointConfig.ProductionVariantProperty(
            variant_name="all",
            model_name=self.model.attr_model_name,
            initial_variant_weight=1,
            initial_instance_count=1,
            instance_type="ml.g5.xlarge",
        )
        output = sagemaker.CfnEndpointConfig.AsyncInferenceOutputConfigProperty(s3_output_path="s3://results/all")
        config = sagemaker.CfnEndpointConfig(
            self,
            "AsyncConfig",
            production_variants=[variant],
            async_inference_config=sagemaker.CfnEndpointConfig.AsyncInferenceConfigProperty(output_config=output),
        )
        endpoint = self._endpoint("Asynchronous", f"asynchronous{self._given('suffix', '')}", config)
        resource = f"endpoint/{endpoint.attr_endpoint_name}/variant/all"
        self._scaled("Async", resource, "sagemaker:variant:DesiredInstanceCount", nightly=True)

    def _with_component(self) -> None:
        variant = sagemaker.CfnEndpointConfig.ProductionVariantProperty(
            variant_name="all", initial_variant_weight=1, initial_instance_count=1, instance_type="ml.g5.xlarge"
        )
        config = sagemaker.CfnEndpointConfig(self, "HostConfig", production_variants=[variant], execution_role_arn=ROLE)
        host = self._endpoint("Host", "host", config)
        kind = sagemaker.CfnInferenceComponent
        compute = kind.InferenceComponentComputeResourceRequirementsProperty(min_memory_required_in_mb=1024)
        component = kind(
            self,
            "Component",
            inference_component_name="component",
            endpoint_name=host.attr_endpoint_name,
            variant_name="all",
            specification=kind.InferenceComponentSpecificationProperty(
                model_name=self.model.attr_model_name, compute_resource_requirements=compute
            ),
            runtime_config=kind.InferenceComponentRuntimeConfigProperty(copy_count=int(self._given("copies", "2"))),
        )
        CfnOutput(self, "ComponentArn", value=component.attr_inference_component_arn)
        target = self._scaled(
            "Component", "inference-component/component", "sagemaker:inference-component:DesiredCopyCount"
        )
        target.node.add_dependency(component)

    def _scaled(self, name: str, resource: str, dimension: str, *, nightly: bool = False) -> scaling.CfnScalableTarget:
        """From 1 to `most`, by a policy of steps that an alarm sets off."""
        night = scaling.CfnScalableTarget.ScheduledActionProperty(
            scheduled_action_name="night",
            schedule="cron(0 20 * * ? *)",
            scalable_target_action=scaling.CfnScalableTarget.ScalableTargetActionProperty(min_capacity=0),
        )
        target = scaling.CfnScalableTarget(
            self,
            f"{name}Target",
            resource_id=resource,
            scalable_dimension=dimension,
            service_namespace="sagemaker",
            min_capacity=1,
            max_capacity=int(self._given("most", "4")),
            scheduled_actions=[night] if nightly else None,
            suspended_state=scaling.CfnScalableTarget.SuspendedStateProperty(dynamic_scaling_in_suspended=True),
        )
        step = scaling.CfnScalingPolicy.StepAdjustmentProperty(metric_interval_lower_bound=0, scaling_adjustment=1)
        policy = scaling.CfnScalingPolicy(
            self,
            f"{name}Policy",
            policy_name="on-backlog",
            policy_type="StepScaling",
            scaling_target_id=target.ref,
            step_scaling_policy_configuration=scaling.CfnScalingPolicy.StepScalingPolicyConfigurationProperty(
                adjustment_type="ChangeInCapacity", step_adjustments=[step]
            ),
        )
        cloudwatch.CfnAlarm(
            self,
            f"{name}Alarm",
            alarm_name=f"backlog-{name}",
            alarm_actions=[policy.ref],
            namespace="AWS/SageMaker",
            metric_name="HasBacklogWithoutCapacity",
            statistic="Average",
            period=60,
            evaluation_periods=2,
            threshold=1,
            comparison_operator="GreaterThanOrEqualToThreshold",
        )
        return target


def synthesised(folder: Path, **context: str) -> Path:
    """The folder, with the assembly in it."""
    app = App(outdir=str(folder), context=context)
    Endpoints(app)
    app.synth()
    return folder
