"""One inference component: what it was asked to be, checked, and how the service describes it."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

Request = Mapping[str, Any]
Refusal = Callable[[str], Exception]
"""Makes moto's error from a message."""
_IN_SERVICE = "InService"
_KEPT = ("EndpointName", "VariantName", "Specification", "Specifications", "RuntimeConfig", "DeploymentConfig")


class Component:
    """Named and found as moto's own resources are, with `arn` and `tags`. Times are as moto's: UTC, but naive."""

    def __init__(self, name: str, arn: str, asked: dict[str, Any], tags: list[dict[str, str]] | None) -> None:
        self.name, self.arn, self.status = name, arn, _IN_SERVICE
        self.tags: list[dict[str, str]] = list(tags or [])
        self.created = self.modified = _now()
        self._asked = asked

    @property
    def endpoint(self) -> str:
        """Its name."""
        return str(self._asked["EndpointName"])

    @property
    def variant(self) -> str:
        """The one of the endpoint's variants on which it runs."""
        return str(self._asked["VariantName"])

    @property
    def copies(self) -> int | None:
        """How many run, which is how many are wanted; None for an adapter, which has none of its own."""
        found: int | None = self._asked.get("RuntimeConfig", {}).get("CopyCount")
        return found

    @property
    def bases(self) -> set[str]:
        """Names of the components that it adapts."""
        return {
            spec["BaseInferenceComponentName"]
            for spec in specifications(self._asked)
            if "BaseInferenceComponentName" in spec
        }

    def request(self) -> dict[str, Any]:
        """What it was asked to be."""
        return dict(self._asked)

    def change(self, asked: dict[str, Any]) -> None:
        """It is to be this from now on."""
        self._asked, self.modified = asked, _now()

    def set_copies(self, count: int) -> None:
        """As many are wanted, and run."""
        self.change({**self._asked, "RuntimeConfig": {"CopyCount": count}})

    def summary(self) -> dict[str, Any]:
        """One item of ListInferenceComponents."""
        return {
            "CreationTime": self.created,
            "LastModifiedTime": self.modified,
            "InferenceComponentArn": self.arn,
            "InferenceComponentName": self.name,
            "EndpointArn": self.arn.replace(f":inference-component/{self.name}", f":endpoint/{self.endpoint}"),
            "EndpointName": self.endpoint,
            "VariantName": self.variant,
            "InferenceComponentStatus": self.status,
        }

    def described(self) -> dict[str, Any]:
        """DescribeInferenceComponent."""
        found = self.summary()
        if "Specification" in self._asked:
            found["Specification"] = self._deployed(self._asked["Specification"])
        if "Specifications" in self._asked:
            found["Specifications"] = [self._deployed(item) for item in self._asked["Specifications"]]
        if self.copies is not None:
            found["RuntimeConfig"] = {"DesiredCopyCount": self.copies, "CurrentCopyCount": self.copies}
        if "DeploymentConfig" in self._asked:
            found["LastDeploymentConfig"] = self._asked["DeploymentConfig"]
        return found

    def _deployed(self, specification: Request) -> dict[str, Any]:
        """An image is answered with what it was resolved to."""
        if "Image" not in specification.get("Container", {}):
            return dict(specification)
        kept = {key: value for key, value in specification["Container"].items() if key != "Image"}
        image = specification["Container"]["Image"]
        resolved = {"SpecifiedImage": image, "ResolvedImage": image, "ResolutionTime": self.modified}
        return {**specification, "Container": {**kept, "DeployedImage": resolved}}


def specifications(asked: Request) -> list[Request]:
    """The one, or those by instance type."""
    return [*([asked["Specification"]] if "Specification" in asked else []), *asked.get("Specifications", [])]


def checked(backend: Any, others: Mapping[str, Component], request: Request, refusal: Refusal) -> dict[str, Any]:
    """What is kept of a request, its variant named; raises what AWS refuses. `others`: the components there are."""
    asked = {key: request[key] for key in _KEPT if request.get(key) is not None}
    if ("Specification" in asked) == ("Specifications" in asked):
        raise refusal("Specify either Specification or Specifications.")
    adapts = [_check_specification(backend, others, spec, refusal) for spec in specifications(asked)]
    if any(adapts):
        if "RuntimeConfig" in asked:
            raise refusal("An inference component with a BaseInferenceComponentName takes no RuntimeConfig.")
        base = others[specifications(asked)[0]["BaseInferenceComponentName"]]
        return {**asked, "VariantName": asked.get("VariantName", base.variant)}
    if not {"RuntimeConfig", "VariantName"} <= asked.keys():
        raise refusal("RuntimeConfig and VariantName are required without a BaseInferenceComponentName.")
    _check_variant(backend, asked, refusal)
    return asked


def _check_specification(backend: Any, others: Mapping[str, Component], spec: Request, refusal: Refusal) -> bool:
    """Returns whether it is an adapter's."""
    base, model = spec.get("BaseInferenceComponentName"), spec.get("ModelName")
    if base is not None:
        if base not in others:
            raise refusal(f'Could not find inference component "{base}".')
        return True
    if model is not None:
        backend.describe_model(model)  # refuses one that is not there
    if (model is None) == ("Container" not in spec) or "ComputeResourceRequirements" not in spec:
        raise refusal("A specification needs ComputeResourceRequirements, and either ModelName or Container.")
    return False


def _check_variant(backend: Any, asked: Request, refusal: Refusal) -> None:
    """It is on an endpoint that is there, and made for components: without a model of its own."""
    endpoint = backend.describe_endpoint(asked["EndpointName"])
    config = backend.describe_endpoint_config(endpoint["EndpointConfigName"])
    variants = {variant["VariantName"]: variant for variant in config["ProductionVariants"]}
    if asked["VariantName"] not in variants:
        raise refusal(f"Could not find variant {asked['VariantName']} of endpoint {asked['EndpointName']}.")
    if "ModelName" in variants[asked["VariantName"]]:
        raise refusal(f"Inference components are not supported on endpoint {asked['EndpointName']}: it has a model.")


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
