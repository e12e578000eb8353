"""Reads what there is of a SageMaker endpoint, in the words of the calls that would make it again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from spendplane.adapters.fleet.errors import MissingError, translated
from spendplane.adapters.fleet.kind import listed
from spendplane.adapters.fleet.scaling import Scaling, settable_tags
from spendplane.domain.targets import ENVIRONMENT_TAG, PROJECT_TAG, State

Answer = dict[str, Any]
ENDPOINT, VARIANTS = "endpoint", "variants"


@dataclass(frozen=True, slots=True)
class EndpointReader:
    """`what` names the target in errors."""

    client: Any
    scaling: Scaling
    what: str

    def endpoint(self, name: str) -> Answer | None:
        """`DescribeEndpoint`; None when there is none."""
        try:
            with translated(self.what):
                found: Answer = self.client.describe_endpoint(EndpointName=name)
        except MissingError:
            return None
        return found

    def config(self, name: str | None) -> Answer | None:
        """`DescribeEndpointConfig`; None when there is none."""
        if name is None:
            return None
        try:
            with translated(self.what):
                found: Answer = self.client.describe_endpoint_config(EndpointConfigName=name)
        except MissingError:
            return None
        return found

    def state(self, found: Answer) -> State:
        """The parts, from an answer of `DescribeEndpoint` and from what belongs to it."""
        name, config = found["EndpointName"], found.get("EndpointConfigName")
        tags = self._tags(found["EndpointArn"])
        variants = found.get("ProductionVariants", [])
        resources = [f"endpoint/{name}/variant/{variant['VariantName']}" for variant in variants]
        scaling = self.scaling.parts(resources, inherited(tags))
        scaled = {part["ResourceId"].rpartition("/")[2] for part in scaling.values()}
        known = self.config(config)
        changed = dict(_changed(variants, known, scaled)) if known else {}
        return {ENDPOINT: {"name": name, "config": config, "tags": tags}, VARIANTS: changed, **scaling}

    def _tags(self, arn: str) -> dict[str, str]:
        with translated(self.what):
            tags = list(listed(self.client, "list_tags", "Tags", ResourceArn=arn))
        return settable_tags({tag["Key"]: tag["Value"] for tag in tags})


def inherited(tags: Mapping[str, str]) -> dict[str, str]:
    """The tags that the endpoint's scaling is given too."""
    return {key: tags[key] for key in (ENVIRONMENT_TAG, PROJECT_TAG) if key in tags}


def _changed(variants: list[Answer], config: Answer, scaled: set[str]) -> Iterator[tuple[str, Answer]]:
    """What differs from the configuration, by variant. A count that something else rules is not ours to set."""
    initial = {variant["VariantName"]: variant for variant in config["ProductionVariants"]}
    for variant in variants:
        name = variant["VariantName"]
        first = initial.get(name, {})
        asked = {"DesiredWeight": first.get("InitialVariantWeight", 1.0)}
        if name not in scaled and "InitialInstanceCount" in first and "ManagedInstanceScaling" not in first:
            asked["DesiredInstanceCount"] = first["InitialInstanceCount"]
        changes = {field: variant[field] for field, value in asked.items() if variant.get(field, value) != value}
        if changes:
            yield name, changes
