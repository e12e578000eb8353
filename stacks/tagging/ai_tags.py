"""The tags of an AI workload, set on everything below a construct."""

from collections.abc import Iterator
from dataclasses import dataclass

from aws_cdk import Tags, Token
from constructs import IConstruct

from stacks.tagging.rules import MANDATORY, MODEL, RECOMMENDED, TagRules


@dataclass(frozen=True, kw_only=True)
class AiTags:
    """`AiTags(project="marketing-gen", environment="staging", …).apply(stack)`.

    `model` is mandatory where a resource serves one model. A value that is a token is taken as it is.
    """

    project: str
    environment: str
    cost_center: str
    workload_type: str
    model: str | None = None
    team: str | None = None
    owner: str | None = None
    budget_code: str | None = None

    def apply(self, scope: IConstruct, rules: TagRules | None = None) -> None:
        """Tags everything below that can be tagged; a construct further down may have other tags of its own.

        Raises ValueError, with all that is wrong, for empty and for unknown values.
        """
        tags = dict(self._given())
        known = {key: value for key, value in tags.items() if not Token.is_unresolved(value)}
        problems = (rules or TagRules()).problems(known, [key for key in tags if key in known])
        wrong = [problem.what for problem in problems]
        if wrong:
            raise ValueError(f"AiTags for {scope.node.path or 'the app'} {'; '.join(wrong)}")
        for key, value in tags.items():
            Tags.of(scope).add(key, value)

    def _given(self) -> Iterator[tuple[str, str]]:
        for key in (*MANDATORY, MODEL, *RECOMMENDED):
            value: str | None = getattr(self, key)
            if value is not None or key in MANDATORY:
                yield key, value or ""
