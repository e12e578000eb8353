"""What an endpoint's containers may do: read their model, write log and figures, and their own answers."""

from collections.abc import Mapping, Sequence

from aws_cdk import Acknowledgment, Stack, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct, IConstruct

from stacks.endpoints.settings import Model, Place

_PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
_NAMESPACES = ["AWS/SageMaker", "/aws/sagemaker/*"]
_ON_ALL = Acknowledgment(
    id="AwsSolutions-IAM5[Resource::*]",
    reason="ecr:GetAuthorizationToken and cloudwatch:PutMetricData know no resource; the latter is held to SageMaker's "
    "own namespaces by a condition.",
)


class ExecutionRole(Construct):
    """The role that SageMaker assumes for one endpoint.

    It carries no tags: with a `project` and an `environment` it would itself be a target of the kill switch.
    """

    def __init__(self, scope: Construct, id_: str, *, model: Model, log: logs.LogGroup, key: kms.IKey | None) -> None:
        super().__init__(scope, id_)
        self.role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"),
            description="Assumed by SageMaker for one inference endpoint",
        )
        log.grant_write(self.role)
        repository = model.repository_arn(Stack.of(self).partition)
        self._allow("PullImage", _PULL, [repository])
        self._allow("LogInToEcr", ["ecr:GetAuthorizationToken"], ["*"])
        self._allow(
            "PutMetrics", ["cloudwatch:PutMetricData"], ["*"], {"StringLike": {"cloudwatch:namespace": _NAMESPACES}}
        )
        Validations.of(self.role).acknowledge(_ON_ALL)
        if model.place:
            self.read("Model", model.place)
        if key:
            self._use(key)

    @property
    def policy(self) -> IConstruct:
        """What the role may do, for those that have to wait until it may."""
        return self.role.node.find_child("DefaultPolicy")

    def read(self, what: str, place: Place) -> None:
        """Leave to read this object, or what lies below this folder and the list of it."""
        self._allow(f"Read{what}", ["s3:GetObject"], [self._objects(place)])
        if place.is_folder:
            below = {"StringLike": {"s3:prefix": [f"{place.key}*"]}}
            self._allow(f"List{what}", ["s3:ListBucket"], [self._bucket(place)], below)
            self._explain(place, "reads the files below this folder, whose names are not known before")

    def write(self, what: str, place: Place) -> None:
        """Leave to add objects below this folder, and to give up an upload half-way."""
        self._allow(f"Write{what}", ["s3:PutObject", "s3:AbortMultipartUpload"], [self._objects(place)])
        self._explain(place, "writes one answer for each call into its own folder, under names that SageMaker makes")

    def _use(self, key: kms.IKey) -> None:
        """Grants only to AWS's own services: that is how a volume is attached with it."""
        self._allow("UseKey", ["kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"], [key.key_arn])
        to_aws = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
        self._allow("LetVolumesUseKey", ["kms:CreateGrant"], [key.key_arn], to_aws)

    def _allow(
        self, sid: str, actions: Sequence[str], resources: list[str], conditions: Mapping[str, object] | None = None
    ) -> None:
        self.role.add_to_policy(
            iam.PolicyStatement(sid=sid, actions=list(actions), resources=resources, conditions=dict(conditions or {}))
        )

    def _bucket(self, place: Place) -> str:
        return f"arn:{Stack.of(self).partition}:s3:::{place.bucket}"

    def _objects(self, place: Place) -> str:
        return f"{self._bucket(place)}/{place.key}{'*' if place.is_folder else ''}"

    def _explain(self, place: Place, why: str) -> None:
        """For the security review, in its own way of writing what is known only at deployment."""
        objects = Stack.of(self).resolve(self._objects(place))
        parts = objects["Fn::Join"][1] if isinstance(objects, dict) else [objects]
        said = "".join(part if isinstance(part, str) else f"<{_reference(part)}>" for part in parts)
        Validations.of(self.role).acknowledge(
            Acknowledgment(
                id=f"AwsSolutions-IAM5[Resource::{said}]", reason=f"The endpoint {why}. It may do no more there."
            )
        )


def _reference(part: dict[str, object]) -> str:
    """`Ref` by its name, `Fn::GetAtt` as `Name.Attribute`."""
    (value,) = part.values()
    return value if isinstance(value, str) else ".".join(value)  # type: ignore[arg-type]
