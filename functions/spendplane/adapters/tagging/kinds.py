"""The kinds of AI resource that must carry tags: how the tagging API calls them, and how their ARNs look."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from spendplane.domain.tagging import Resource


@dataclass(frozen=True, slots=True)
class Kind:
    """The groups of `arn` are the resource's name. `model`: it serves one, so that tag is mandatory too."""

    name: str
    resource_type: str
    arn: re.Pattern[str]
    model: bool = False


def _kind(name: str, resource_type: str, tail: str, *, model: bool = False) -> Kind:
    service = resource_type.partition(":")[0]
    return Kind(name, resource_type, re.compile(rf"arn:[\w-]+:{service}:[\w-]+:\d*:{tail}", re.ASCII), model)


KINDS = (
    _kind("sagemaker-endpoint", "sagemaker:endpoint", r"endpoint/([\w-]+)", model=True),
    _kind("sagemaker-endpoint-config", "sagemaker:endpoint-config", r"endpoint-config/([\w-]+)", model=True),
    _kind("sagemaker-model", "sagemaker:model", r"model/([\w-]+)", model=True),
    _kind(
        "sagemaker-inference-component", "sagemaker:inference-component", r"inference-component/([\w-]+)", model=True
    ),
    _kind("sagemaker-notebook", "sagemaker:notebook-instance", r"notebook-instance/([\w-]+)"),
    _kind("sagemaker-cluster", "sagemaker:cluster", r"cluster/([\w-]+)"),
    _kind(
        "inference-profile",
        "bedrock:application-inference-profile",
        r"application-inference-profile/([\w-]+)",
        model=True,
    ),
    _kind("bedrock-agent", "bedrock:agent", r"agent/(\w+)"),
    _kind("knowledge-base", "bedrock:knowledge-base", r"knowledge-base/(\w+)"),
    _kind("lambda-function", "lambda:function", r"function:([\w-]+)"),
    _kind("ecs-service", "ecs:service", r"service/(?:([\w-]+)/)?([\w-]+)"),
    _kind("api-stage", "apigateway", r"/restapis/(\w+)/stages/([\w-]+)"),
    _kind("usage-plan", "apigateway", r"/usageplans/(\w+)"),
    _kind("http-api-stage", "apigateway", r"/apis/(\w+)/stages/([\w$-]+)"),
)
RESOURCE_TYPES = tuple(sorted({kind.resource_type for kind in KINDS}))
ROLE = "bedrock-role"
"""Roles that may call models. The tagging API does not serve them."""


def plain(arn: str) -> str:
    """`$default` may be written as `%24default`."""
    return unquote(arn)


def resource_of(arn: str, tags: dict[str, str], settings: dict[str, str]) -> Resource | None:
    """None when the ARN is of none of these kinds."""
    for kind in KINDS:
        match = kind.arn.fullmatch(arn)
        if match:
            name = "/".join(group for group in match.groups() if group)
            return Resource(kind.name, arn, name, tags, settings, kind.model)
    return None
