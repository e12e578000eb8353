"""What the services themselves list: the tagging API leaves out what was never tagged."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from spendplane.adapters.fleet.kind import Clients, listed

Listed = Iterator[tuple[str, dict[str, str]]]
"""ARNs, with the resource's own environment variables."""
Listing = Callable[[Clients], Listed]


def functions(clients: Clients) -> Listed:
    """Lambda functions."""
    for item in listed(clients("lambda"), "list_functions", "Functions"):
        yield item["FunctionArn"], dict(item.get("Environment", {}).get("Variables", {}))


def services(clients: Clients) -> Listed:
    """ECS services of all clusters."""
    client = clients("ecs")
    for cluster in listed(client, "list_clusters", "clusterArns"):
        for arn in listed(client, "list_services", "serviceArns", cluster=cluster):
            yield arn, {}


def rest_stages(clients: Clients) -> Listed:
    """Stages of REST APIs. The answer has no ARNs."""
    client = clients("apigateway")
    for api in listed(client, "get_rest_apis", "items"):
        for stage in client.get_stages(restApiId=api["id"]).get("item", []):
            yield f"{_prefix(client)}/restapis/{api['id']}/stages/{stage['stageName']}", {}


def usage_plans(clients: Clients) -> Listed:
    """Usage plans of REST APIs."""
    client = clients("apigateway")
    for plan in listed(client, "get_usage_plans", "items"):
        yield f"{_prefix(client)}/usageplans/{plan['id']}", {}


def http_stages(clients: Clients) -> Listed:
    """Stages of HTTP and WebSocket APIs."""
    client = clients("apigatewayv2")
    for api in listed(client, "get_apis", "Items"):
        for stage in listed(client, "get_stages", "Items", ApiId=api["ApiId"]):
            yield f"{_prefix(client)}/apis/{api['ApiId']}/stages/{stage['StageName']}", {}


def inference_profiles(clients: Clients) -> Listed:
    """Application inference profiles: those that an account makes for itself."""
    profiles = listed(
        clients("bedrock"), "list_inference_profiles", "inferenceProfileSummaries", typeEquals="APPLICATION"
    )
    for item in profiles:
        yield item["inferenceProfileArn"], {}


def _of_sagemaker(operation: str, key: str, arn: str) -> Listing:
    def found(clients: Clients) -> Listed:
        for item in listed(clients("sagemaker"), operation, key):
            yield item[arn], {}

    return found


LISTINGS: Mapping[str, Listing] = {
    "Lambda functions": functions,
    "SageMaker endpoints": _of_sagemaker("list_endpoints", "Endpoints", "EndpointArn"),
    "SageMaker endpoint configurations": _of_sagemaker("list_endpoint_configs", "EndpointConfigs", "EndpointConfigArn"),
    "SageMaker models": _of_sagemaker("list_models", "Models", "ModelArn"),
    "SageMaker inference components": _of_sagemaker(
        "list_inference_components", "InferenceComponents", "InferenceComponentArn"
    ),
    "SageMaker notebooks": _of_sagemaker("list_notebook_instances", "NotebookInstances", "NotebookInstanceArn"),
    "SageMaker clusters": _of_sagemaker("list_clusters", "ClusterSummaries", "ClusterArn"),
    "Bedrock inference profiles": inference_profiles,
    "ECS services": services,
    "REST API stages": rest_stages,
    "usage plans": usage_plans,
    "HTTP API stages": http_stages,
}
"""By what people call them."""


def _prefix(client: Any) -> str:
    return f"arn:{client.meta.partition}:apigateway:{client.meta.region_name}::"
