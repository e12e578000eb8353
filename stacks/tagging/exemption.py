"""What stands among AI resources and is none."""

from aws_cdk import CfnResource
from constructs import IConstruct

_MARK = "spendplane:not-ai"


def not_ai(scope: IConstruct, reason: str) -> None:
    """Lets `RequireTags` pass over this construct and all below it. The reason is kept in the cloud assembly.

    Raises ValueError without a reason.
    """
    if not reason.strip():
        raise ValueError("say why this is no AI workload: the reason stands beside the construct")
    scope.node.add_metadata(_MARK, reason)


def is_exempt(resource: CfnResource) -> bool:
    """True when it, or a construct above it, is marked."""
    return any(entry.type == _MARK for scope in resource.node.scopes for entry in scope.node.metadata)
