"""The variants of a SageMaker endpoint, shadows included, and what they run on."""

from collections.abc import Mapping
from typing import Any

UNKNOWN_TYPE = "unknown"
"""Of an endpoint whose configuration was deleted under it: its hours stay in sight, without a price."""


def variants(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Of the description of an endpoint or of its configuration."""
    return [*answer.get("ProductionVariants", []), *answer.get("ShadowProductionVariants", [])]


def instance_types(config: Mapping[str, Any]) -> dict[str, str]:
    """By the variant's name, from the endpoint's configuration."""
    return {each["VariantName"]: each.get("InstanceType") or UNKNOWN_TYPE for each in variants(config)}


def instances(endpoint: Mapping[str, Any], config: Mapping[str, Any]) -> tuple[tuple[str, int], ...]:
    """Those that run now, by type and number; none of a serverless variant."""
    types = instance_types(config)
    counts = ((each["VariantName"], each.get("CurrentInstanceCount") or 0) for each in variants(endpoint))
    return tuple((types.get(name, UNKNOWN_TYPE), number) for name, number in counts if number)
