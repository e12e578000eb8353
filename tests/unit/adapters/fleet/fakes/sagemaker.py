"""SageMaker: endpoints with their configurations, and inference components. `settle` lets time pass."""

from typing import Any

from tests.unit.adapters.fleet.cloud import Answer, Cloud, FaultError
from tests.unit.adapters.fleet.fakes.scaling import NOW, FakeScaling

ARN = "arn:aws:sagemaker:eu-west-1:123456789012"
CHANGING = ("Creating", "Updating")
TIMES = {"CreationTime": NOW, "LastModifiedTime": NOW}


class FakeSageMaker:
    """Names are found whatever their capitals, and keep those that they were created with."""

    def __init__(self, cloud: Cloud, scaling: FakeScaling) -> None:
        self.configs: dict[str, list[Answer]] = {}
        self.endpoints: dict[str, Answer] = {}
        self.components: dict[str, Answer] = {}
        self.scaling = scaling
        scaling.clamp = self._clamp
        cloud.serve(
            "sagemaker",
            DescribeEndpoint=lambda given: dict(self._endpoint(given)["described"]),
            DescribeEndpointConfig=self.describe_config,
            CreateEndpoint=self.create,
            DeleteEndpoint=self.delete,
            ListTags=self.list_tags,
            UpdateEndpointWeightsAndCapacities=self.update,
            DescribeInferenceComponent=lambda given: dict(self._component(given)),
            UpdateInferenceComponentRuntimeConfig=self.update_component,
        )

    def describe_config(self, given: Answer) -> Answer:
        name = given["EndpointConfigName"]
        if name not in self.configs:
            raise FaultError(
                "ValidationException", f'Could not find endpoint configuration "{ARN}:endpoint-config/{name}".'
            )
        return {
            "EndpointConfigName": name,
            "EndpointConfigArn": f"{ARN}:endpoint-config/{name}",
            "ProductionVariants": self.configs[name],
            "CreationTime": NOW,
        }

    def create(self, given: Answer) -> Answer:
        name, config = given["EndpointName"], given["EndpointConfigName"]
        arn = f"{ARN}:endpoint/{name.lower()}"
        if name.lower() in self.endpoints:
            raise FaultError("ValidationException", f'Cannot create already existing endpoint "{arn}".')
        variants = [_variant(item) for item in self.describe_config(given)["ProductionVariants"]]
        described = {
            "EndpointName": name,
            "EndpointArn": arn,
            "EndpointConfigName": config,
            "EndpointStatus": "Creating",
        }
        self.endpoints[name.lower()] = {
            "described": {**described, **TIMES, "ProductionVariants": variants},
            "tags": list(given.get("Tags", [])),
        }
        return {"EndpointArn": arn}

    def delete(self, given: Answer) -> Answer:
        described = self._in_service(given)
        described["EndpointStatus"] = "Deleting"
        self.scaling.deregister(f"endpoint/{described['EndpointName']}/")
        return {}

    def list_tags(self, given: Answer) -> Answer:
        tags = self.endpoints[given["ResourceArn"].rpartition("/")[2]]["tags"]
        at = int(given.get("NextToken", 0))
        return {"Tags": tags[at : at + 1]} | ({"NextToken": str(at + 1)} if at + 1 < len(tags) else {})

    def update(self, given: Answer) -> Answer:
        described = self._in_service(given)
        described["EndpointStatus"] = "Updating"
        for change in given["DesiredWeightsAndCapacities"]:
            for variant in described["ProductionVariants"]:
                if variant["VariantName"] == change["VariantName"]:
                    variant.update(change)
        return {"EndpointArn": described["EndpointArn"]}

    def update_component(self, given: Answer) -> Answer:
        found = self._component(given)
        if found["InferenceComponentStatus"] in CHANGING:
            raise FaultError("ValidationException", "Inference component is in status Updating and cannot be changed")
        self._set_copies(found, given["DesiredRuntimeConfig"]["CopyCount"])
        return {"InferenceComponentArn": found["InferenceComponentArn"]}

    def add_component(self, name: str, copies: int) -> None:
        """In service on some endpoint."""
        self.components[name.lower()] = {
            "InferenceComponentName": name,
            "InferenceComponentArn": f"{ARN}:inference-component/{name.lower()}",
            "EndpointName": "shared",
            "EndpointArn": f"{ARN}:endpoint/shared",
            "RuntimeConfig": {"DesiredCopyCount": copies, "CurrentCopyCount": copies},
            "InferenceComponentStatus": "InService",
            **TIMES,
        }

    def settle(self) -> None:
        """What was changing has changed."""
        self.endpoints = {
            name: item for name, item in self.endpoints.items() if item["described"]["EndpointStatus"] != "Deleting"
        }
        for item in self.endpoints.values():
            item["described"]["EndpointStatus"] = "InService"
        for item in self.components.values():
            item["InferenceComponentStatus"] = "InService"

    def _clamp(self, resource: str, low: int, high: int) -> None:
        kind, name, *rest = resource.split("/")
        if kind == "inference-component":
            found = self.components[name.lower()]
            wanted = min(max(found["RuntimeConfig"]["DesiredCopyCount"], low), high)
            if wanted != found["RuntimeConfig"]["DesiredCopyCount"]:
                self._set_copies(found, wanted)
            return
        for variant in self._in_service({"EndpointName": name})["ProductionVariants"]:
            if variant["VariantName"] == rest[1] and "DesiredInstanceCount" in variant:
                variant["DesiredInstanceCount"] = min(max(variant["DesiredInstanceCount"], low), high)

    def _set_copies(self, found: Answer, copies: int) -> None:
        found["RuntimeConfig"] = {"DesiredCopyCount": copies, "CurrentCopyCount": copies}
        found["InferenceComponentStatus"] = "Updating"

    def _endpoint(self, given: Answer) -> Answer:
        name = given["EndpointName"].lower()
        if name not in self.endpoints:
            raise FaultError("ValidationException", f'Could not find endpoint "{ARN}:endpoint/{name}".')
        return self.endpoints[name]

    def _in_service(self, given: Answer) -> dict[str, Any]:
        described: dict[str, Any] = self._endpoint(given)["described"]
        if described["EndpointStatus"] != "InService":
            raise FaultError("ValidationException", f'Cannot update in-progress endpoint "{described["EndpointArn"]}".')
        return described

    def _component(self, given: Answer) -> Answer:
        name = given["InferenceComponentName"].lower()
        if name not in self.components:
            raise FaultError("ValidationException", f'Could not find inference component "{name}".')
        return self.components[name]


def _variant(first: Answer) -> Answer:
    weight = first.get("InitialVariantWeight", 1.0)
    made = {"VariantName": first["VariantName"], "CurrentWeight": weight, "DesiredWeight": weight}
    count = first.get("InitialInstanceCount")
    return made if count is None else made | {"CurrentInstanceCount": count, "DesiredInstanceCount": count}
