"""Tags: what `tag:GetResources` finds, and what `aws:ResourceTag/...` in a policy is compared with, for more services.

MiniStack keeps the tags that a stage or usage plan was made with apart from those that it was given later. On AWS they
are the same tags, and so they are here. GetResources comes in pages, and leaves out what has no tags.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Tagged = Iterator[tuple[str, list[dict[str, str]]]]
"""ARNs with their tags, in the form of GetResources."""
_PAGE = 50


def install(tagging: Any, v1: Any, v2: Any) -> None:  # MiniStack's modules
    """Adds API Gateway, SageMaker and Application Auto Scaling to what MiniStack knows."""
    _same_tags(v1, "_resolve_v1_tag_resource_arn", "_v1_tags", lambda arn: _item(v1, v2, arn))
    _same_tags(v2, "_validate_tag_resource_arn", "_api_tags", lambda arn: _item(v1, v2, arn))
    found = {"apigateway": lambda: api_gateway(v1, v2), "sagemaker": sagemaker}
    tagging._COLLECTORS.update(found)  # noqa: SLF001  # the way in that MiniStack has
    compared = {"ecs": tagging._collect_ecs, "application-autoscaling": scalable_targets}  # noqa: SLF001
    tagging._RESOURCE_TAG_COLLECTORS.update({**found, **compared})  # noqa: SLF001
    tagging._HANDLERS["GetResources"] = paged(tagging._get_resources)  # noqa: SLF001


def api_gateway(v1: Any, v2: Any) -> Tagged:
    """APIs, their stages, and usage plans, of the request's account and region."""
    from ministack.core.responses import get_region

    prefix = f"arn:aws:apigateway:{get_region()}::"
    for kind, stages in (("restapis", v1._stages_v1), ("apis", v2._stages)):  # noqa: SLF001
        for api, named in stages.items():
            for name, stage in list(named.items()):
                yield f"{prefix}/{kind}/{api}/stages/{name}", _listed(stage.get("tags"))
    for plan, item in v1._usage_plans.items():  # noqa: SLF001
        yield f"{prefix}/usageplans/{plan}", _listed(item.get("tags"))
    for kind, apis, tags in (("restapis", v1._rest_apis, v1._v1_tags), ("apis", v2._apis, v2._api_tags)):  # noqa: SLF001
        for api in apis:
            arn = f"{prefix}/{kind}/{api}"
            yield arn, _listed(tags.get(arn))


def sagemaker() -> Tagged:
    """Endpoints, inference components, configurations, models, and notebook instances."""
    from ministack.core.responses import get_account_id, get_region
    from moto.sagemaker.models import sagemaker_backends

    from local.mended.inference_components import store_of

    account, region = get_account_id(), get_region()
    backend = sagemaker_backends[account][region]
    stores = {
        "endpoint": backend.endpoints,
        "inference-component": store_of(backend),
        "endpoint-config": backend.endpoint_configs,
        "model": backend._models,  # noqa: SLF001
        "notebook-instance": backend.notebook_instances,
    }
    for kind, store in stores.items():
        for name, item in list(store.items()):
            yield f"arn:aws:sagemaker:{region}:{account}:{kind}/{name}", item.tags


def scalable_targets() -> Tagged:
    """Scalable targets of Application Auto Scaling; GetResources does not know them, policies do."""
    from ministack.core.responses import get_account_id, get_region
    from moto.applicationautoscaling.models import applicationautoscaling_backends

    for known in list(applicationautoscaling_backends[get_account_id()][get_region()].targets.values()):
        for target in list(known.values()):
            yield target.arn, _listed(getattr(target, "tags", None))


def paged(get_resources: Callable[[Mapping[str, Any]], Any]) -> Callable[[Mapping[str, Any]], Any]:
    """In pages as on AWS, by ARN, so that what comes or goes meanwhile shifts nothing."""

    def page(request: Mapping[str, Any]) -> Any:
        status, headers, body = get_resources(request)
        if status != 200 or "ResourceARNList" in request:
            return status, headers, body
        tagged = [item for item in json.loads(body)["ResourceTagMappingList"] if item["Tags"]]
        tagged.sort(key=lambda item: str(item["ResourceARN"]))
        rest = [item for item in tagged if item["ResourceARN"] > request.get("PaginationToken", "")]
        size = request.get("ResourcesPerPage", _PAGE)
        token = rest[size - 1]["ResourceARN"] if len(rest) > size else ""
        answer = {"ResourceTagMappingList": rest[:size], "PaginationToken": token}
        return status, headers, json.dumps(answer).encode()

    return page


def _same_tags(module: Any, resolver: str, store: str, item_of: Callable[[str], Any]) -> None:
    """Makes the store of later tags hold the very tags that the item was made with."""
    resolve = getattr(module, resolver)

    def resolve_and_join(arn: str) -> Any:
        known, error = resolve(arn)
        item = None if error else item_of(known)
        if item is not None:
            getattr(module, store)[known] = item.setdefault("tags", {})
        return known, error

    setattr(module, resolver, resolve_and_join)


def _item(v1: Any, v2: Any, arn: str) -> Any:
    """The stage or usage plan, which holds tags of its own; None for anything else."""
    match arn.partition("::/")[2].split("/"):
        case ["restapis", api, "stages", name]:
            return v1._stages_v1.get(api, {}).get(name)  # noqa: SLF001
        case ["apis", api, "stages", name]:
            return v2._stages.get(api, {}).get(name)  # noqa: SLF001
        case ["usageplans", plan]:
            return v1._usage_plans.get(plan)  # noqa: SLF001
    return None


def _listed(tags: Mapping[str, str] | None) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in (tags or {}).items()]
