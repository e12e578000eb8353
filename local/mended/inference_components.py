"""SageMaker inference components, which moto lacks: what is asked for is there at once, as everything of moto's is.

On AWS a component takes minutes to be in service; here it is in service with the answer. All else that a client can
tell apart is as on AWS: names, tags, copies, filters and pages, and what is refused.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from local.mended.component_state import Component, Refusal, Request, checked

Store = dict[str, Component]
_PAGE = 10
_ORDERS = {"Name": "name", "CreationTime": "created", "Status": "status"}


def store_of(backend: Any) -> Store:
    """The components of moto's backend, by name; a backend may be older than this addition to it."""
    store: Store = vars(backend).setdefault("inference_components", {})
    return store


def install(
    backend: Any, responses: Any, refusal: Refusal, scaling_of: Callable[[str, str], Any], answer: Callable[[Any], Any]
) -> None:
    """Adds to moto's classes. `answer` makes moto's answer of a mapping, `refusal` its error of a message."""
    operations = {
        "create_inference_component": _create,
        "describe_inference_component": _describe,
        "list_inference_components": _list,
        "update_inference_component": _update,
        "update_inference_component_runtime_config": _set_copies,
        "delete_inference_component": _delete,
    }
    for name, operation in operations.items():
        setattr(responses, name, _served(operation, refusal, answer))
    _find_by_arn(backend, refusal)
    _hold_endpoints(backend, refusal)
    _deregister_with_component(backend, scaling_of)


def _served(operation: Callable[..., Any], refusal: Refusal, answer: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def serve(self: Any) -> Any:
        return answer(operation(self.sagemaker_backend, self._get_params(), refusal))  # moto's way

    return serve


def _create(backend: Any, request: Request, refusal: Refusal) -> Any:
    store, name = store_of(backend), request["InferenceComponentName"]
    arn = f"arn:aws:sagemaker:{backend.region_name}:{backend.account_id}:inference-component/{name}"
    if name in store:
        raise refusal(f'Cannot create already existing inference component "{arn}".')
    store[name] = Component(name, arn, checked(backend, store, request, refusal), request.get("Tags"))
    return {"InferenceComponentArn": arn}


def _describe(backend: Any, request: Request, refusal: Refusal) -> Any:
    return _found(backend, request["InferenceComponentName"], refusal).described()


def _list(backend: Any, request: Request, refusal: Refusal) -> Any:
    backwards = request.get("SortOrder", "Descending") == "Descending"
    order = _ORDERS[request.get("SortBy", "CreationTime")]
    wanted = [component for component in store_of(backend).values() if all(_matches(component, request))]
    wanted.sort(key=lambda component: (getattr(component, order), component.name), reverse=backwards)
    start, size = request.get("NextToken", "0"), request.get("MaxResults", _PAGE)
    if not start.isdigit():
        raise refusal(f"Invalid pagination token: {start}.")
    end = int(start) + size
    more = {"NextToken": str(end)} if end < len(wanted) else {}
    return {"InferenceComponents": [component.summary() for component in wanted[int(start) : end]], **more}


def _matches(component: Component, request: Request) -> Iterator[bool]:
    yield request.get("NameContains", "").lower() in component.name.lower()
    equals = {"EndpointNameEquals": "endpoint", "VariantNameEquals": "variant", "StatusEquals": "status"}
    for member, attribute in equals.items():
        yield request.get(member) in (None, getattr(component, attribute))
    for member, time in (("CreationTime", component.created), ("LastModifiedTime", component.modified)):
        before, after = request.get(f"{member}Before"), request.get(f"{member}After")
        yield before is None or time < _naive(before)
        yield after is None or time > _naive(after)


def _naive(time: Any) -> Any:
    """As moto keeps times: in UTC, without saying so."""
    return (time - time.utcoffset()).replace(tzinfo=None) if time.tzinfo else time


def _update(backend: Any, request: Request, refusal: Refusal) -> Any:
    component = _found(backend, request["InferenceComponentName"], refusal)
    changed = {**component.request(), **request}
    for one, other in (("Specification", "Specifications"), ("Specifications", "Specification")):
        if one in request and other not in request:
            changed.pop(other, None)
    component.change(checked(backend, store_of(backend), changed, refusal))
    return {"InferenceComponentArn": component.arn}


def _set_copies(backend: Any, request: Request, refusal: Refusal) -> Any:
    component = _found(backend, request["InferenceComponentName"], refusal)
    if component.copies is None:
        raise refusal(f'"{component.arn}" is an adapter: it has no copies of its own.')
    component.set_copies(request["DesiredRuntimeConfig"]["CopyCount"])
    return {"InferenceComponentArn": component.arn}


def _delete(backend: Any, request: Request, refusal: Refusal) -> Any:
    component = _found(backend, request["InferenceComponentName"], refusal)
    if adapters := [other.name for other in store_of(backend).values() if component.name in other.bases]:
        raise refusal(f'Cannot delete "{component.arn}" while adapters run on it: {", ".join(adapters)}.')
    backend.delete_inference_component(component.name)
    return {}


def _found(backend: Any, name: str, refusal: Refusal) -> Component:
    if name in store_of(backend):
        return store_of(backend)[name]
    arn = f"arn:aws:sagemaker:{backend.region_name}:{backend.account_id}:inference-component/{name}"
    raise refusal(f'Could not find inference component "{arn}".')


def _find_by_arn(backend: Any, refusal: Refusal) -> None:
    """So that AddTags, ListTags and DeleteTags know them."""
    find = backend._get_resource_from_arn  # noqa: SLF001  # the one place where it looks

    def find_all(self: Any, arn: str) -> Any:
        kind, _, name = arn.rpartition(":")[2].partition("/")
        return _found(self, name, refusal) if kind == "inference-component" else find(self, arn)

    backend._get_resource_from_arn = find_all  # noqa: SLF001


def _hold_endpoints(backend: Any, refusal: Refusal) -> None:
    delete = backend.delete_endpoint

    def delete_endpoint(self: Any, endpoint_name: str) -> None:
        hosted = sorted(one.name for one in store_of(self).values() if one.endpoint == endpoint_name)
        if hosted:
            raise refusal(f"Cannot delete endpoint {endpoint_name} with inference components: {', '.join(hosted)}.")
        delete(self, endpoint_name)

    backend.delete_endpoint = delete_endpoint


def _deregister_with_component(backend: Any, scaling_of: Callable[[str, str], Any]) -> None:
    def delete_inference_component(self: Any, name: str) -> None:
        del store_of(self)[name]
        scaling = scaling_of(self.account_id, self.region_name)
        place: Mapping[str, Any] = {"r_ids": [f"inference-component/{name}"], "dimension": None}
        for target in scaling.describe_scalable_targets("sagemaker", **place) if scaling else ():
            scaling.deregister_scalable_target("sagemaker", target.resource_id, target.scalable_dimension)

    backend.delete_inference_component = delete_inference_component
