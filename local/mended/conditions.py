"""Conditions of CloudFormation templates compare with account and region; MiniStack compares with their names."""

from collections.abc import Callable, Mapping
from typing import Any

from ministack.core.responses import get_account_id, get_region

Parameters = Mapping[str, Mapping[str, Any]]
Evaluate = Callable[[Mapping[str, Any], Parameters], dict[str, bool]]
"""By the template and the values of its parameters: which of its conditions hold."""


def install(engine: Any, *users: Any) -> None:  # MiniStack's modules
    """`users` are those that have taken the function over from the engine under its own name."""
    evaluate = with_pseudo_parameters(engine._evaluate_conditions)  # noqa: SLF001
    for module in (engine, *users):
        module._evaluate_conditions = evaluate  # noqa: SLF001


def with_pseudo_parameters(evaluate: Evaluate) -> Evaluate:
    """The same, with `AWS::Region` and its like among the parameters."""

    def evaluated(template: Mapping[str, Any], params: Parameters) -> dict[str, bool]:
        values = {"AWS::Region": get_region(), "AWS::AccountId": get_account_id(), "AWS::Partition": "aws"}
        return evaluate(template, {**{name: {"Value": value} for name, value in values.items()}, **params})

    return evaluated
