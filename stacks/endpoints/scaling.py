"""Application Auto Scaling: down to zero when nobody calls, and up again when somebody does."""

from dataclasses import dataclass

from aws_cdk import CfnResource
from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from stacks.endpoints.off_peak import OffPeak

_NAMESPACE = "sagemaker"
_METRICS = "AWS/SageMaker"
_Tracking = scaling.CfnScalingPolicy.TargetTrackingScalingPolicyConfigurationProperty


@dataclass(frozen=True)
class Scaled:
    """What is counted: `resource` and `dimension` in Application Auto Scaling's words, from `floor` to `highest`."""

    resource: str
    dimension: str
    highest: int
    floor: int = 0


@dataclass(frozen=True)
class Wake:
    """The figure that says that somebody calls while there is nothing to answer.

    It has risen when it was at least 1 in so many minutes on end.
    """

    metric: str
    dimensions: dict[str, str]
    statistic: str
    minutes: int
    aggregation: str
    """How the step policy sums up the minutes: `Average` or `Maximum`."""
    cooldown_seconds: int
    """How long the next step waits for what the last one started."""


class Scaling(Construct):
    """A scalable target with its hours. Policies are added by the kind of endpoint."""

    def __init__(
        self, scope: Construct, id_: str, *, scaled: Scaled, of: CfnResource, off_peak: OffPeak | None
    ) -> None:
        """`of` is the resource that must be there first."""
        super().__init__(scope, id_)
        self.target = scaling.CfnScalableTarget(
            self,
            "Target",
            service_namespace=_NAMESPACE,
            resource_id=scaled.resource,
            scalable_dimension=scaled.dimension,
            min_capacity=scaled.floor,
            max_capacity=scaled.highest,
            scheduled_actions=off_peak.actions(highest=scaled.highest, floor=scaled.floor) if off_peak else None,
        )
        self.target.add_resource_dependency(of)
        self._scaled = scaled

    def track(self, name: str, tracking: _Tracking) -> None:
        """Keeps a figure at its target; it alone brings the count down, but never up from zero."""
        self._policy("Track", f"{name}-track", "TargetTrackingScaling", tracking=tracking)

    def wake(self, name: str, wake: Wake) -> None:
        """Adds one when the figure rises: target tracking divides by the count, so at zero it has nothing to go by."""
        steps = scaling.CfnScalingPolicy.StepScalingPolicyConfigurationProperty(
            adjustment_type="ChangeInCapacity",
            metric_aggregation_type=wake.aggregation,
            cooldown=wake.cooldown_seconds,
            step_adjustments=[
                scaling.CfnScalingPolicy.StepAdjustmentProperty(metric_interval_lower_bound=0, scaling_adjustment=1)
            ],
        )
        policy = self._policy("Wake", f"{name}-wake", "StepScaling", steps=steps)
        cloudwatch.CfnAlarm(
            self,
            "WakeAlarm",
            alarm_description=f"{name} is called and nothing is up: it is woken, which takes minutes. Nothing to do.",
            namespace=_METRICS,
            metric_name=wake.metric,
            dimensions=[
                cloudwatch.CfnAlarm.DimensionProperty(name=key, value=value) for key, value in wake.dimensions.items()
            ],
            statistic=wake.statistic,
            period=60,
            evaluation_periods=wake.minutes,
            datapoints_to_alarm=wake.minutes,
            threshold=1,
            # From the first call on: AWS's example for components says «greater than 1», which waits for a second one.
            comparison_operator="GreaterThanOrEqualToThreshold",
            # The figure is only there when somebody calls, and its absence must neither wake nor hide anything.
            treat_missing_data="missing",
            alarm_actions=[policy.attr_arn],
        )

    def _policy(
        self,
        id_: str,
        name: str,
        type_: str,
        *,
        tracking: _Tracking | None = None,
        steps: scaling.CfnScalingPolicy.StepScalingPolicyConfigurationProperty | None = None,
    ) -> scaling.CfnScalingPolicy:
        policy = scaling.CfnScalingPolicy(
            self,
            id_,
            policy_name=name,
            policy_type=type_,
            service_namespace=_NAMESPACE,
            resource_id=self._scaled.resource,
            scalable_dimension=self._scaled.dimension,
            target_tracking_scaling_policy_configuration=tracking,
            step_scaling_policy_configuration=steps,
        )
        policy.add_resource_dependency(self.target)
        return policy
