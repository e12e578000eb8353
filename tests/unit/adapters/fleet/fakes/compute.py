"""Lambda and ECS."""

from typing import Any

from tests.unit.adapters.fleet.cloud import Answer, Cloud, FaultError

LAMBDA_QUOTA, KEPT_UNRESERVED = 1000, 100


class FakeLambda:
    """Functions with their reserved concurrency, in an account that has room for 900."""

    def __init__(self, cloud: Cloud, **functions: int | None) -> None:
        self.functions: dict[str, int | None] = dict(functions)
        cloud.serve(
            "lambda",
            GetFunctionConcurrency=self.get,
            PutFunctionConcurrency=self.put,
            DeleteFunctionConcurrency=self.delete,
        )

    def get(self, given: Answer) -> Answer:
        reserved = self.functions[self._name(given)]
        return {} if reserved is None else {"ReservedConcurrentExecutions": reserved}

    def put(self, given: Answer) -> Answer:
        name, wanted = self._name(given), given["ReservedConcurrentExecutions"]
        others = sum(value or 0 for key, value in self.functions.items() if key != name)
        if wanted and others + wanted > LAMBDA_QUOTA - KEPT_UNRESERVED:
            message = "Specified ReservedConcurrentExecutions for function decreases account's unreserved below [100]."
            raise FaultError("InvalidParameterValueException", message)
        self.functions[name] = wanted
        return {"ReservedConcurrentExecutions": wanted}

    def delete(self, given: Answer) -> Answer:
        self.functions[self._name(given)] = None
        return {}

    def _name(self, given: Answer) -> str:
        name: str = given["FunctionName"]
        if name not in self.functions:
            raise FaultError("ResourceNotFoundException", f"Function not found: {name}", 404)
        return name


class FakeEcs:
    """Active services by cluster and name, with their desired counts."""

    def __init__(self, cloud: Cloud, services: dict[tuple[str, str], int]) -> None:
        self.services = dict(services)
        self.status = "ACTIVE"
        cloud.serve("ecs", DescribeServices=self.describe, UpdateService=self.update)

    def describe(self, given: Answer) -> Answer:
        key = self._cluster(given), given["services"][0]
        if key not in self.services:
            return {"services": [], "failures": [{"arn": "/".join(key), "reason": "MISSING"}]}
        return {"services": [self._service(key)], "failures": []}

    def update(self, given: Answer) -> Answer:
        key = self._cluster(given), given["service"]
        if key not in self.services:
            raise FaultError("ServiceNotFoundException", "Service not found.")
        self.services[key] = given["desiredCount"]
        return {"service": self._service(key)}

    def clamp(self, resource: str, low: int, high: int) -> None:
        """What Application Auto Scaling does when it is given a range."""
        _, cluster, name = resource.split("/")
        self.services[cluster, name] = min(max(self.services[cluster, name], low), high)

    def _service(self, key: tuple[str, str]) -> dict[str, Any]:
        return {"serviceName": key[1], "status": self.status, "desiredCount": self.services[key]}

    def _cluster(self, given: Answer) -> str:
        cluster: str = given["cluster"]
        if not any(cluster == known for known, _ in self.services):
            raise FaultError("ClusterNotFoundException", "Cluster not found.")
        return cluster
