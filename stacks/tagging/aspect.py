"""The aspect that stops a synthesis in which AI resources lack mandatory tags."""

import re
from collections.abc import Iterator

import jsii
from aws_cdk import Annotations, CfnResource, IAspect, Stack
from constructs import IConstruct, IValidation

from stacks.tagging.bedrock import callers
from stacks.tagging.effective import UNKNOWN, is_typed, tags_of
from stacks.tagging.exemption import is_exempt
from stacks.tagging.resources import AI_RESOURCES, MAP, ROLE
from stacks.tagging.rules import MANDATORY, MODEL, RECOMMENDED, Problem, TagRules

_OWN = ("application", "spendplane")
"""Spendplane's own resources: no AI workload, and told by this tag."""


@jsii.implements(IAspect)
class RequireTags:
    """`Aspects.of(app).add(RequireTags())`: every AI resource below must carry the mandatory tags, or nothing is built.

    Tags are set by aspects too, so the order of aspects would decide what this one sees. It therefore looks only after
    all aspects have run: when CDK validates. All findings are told at once, each with its path and its mend.
    """

    def __init__(self, rules: TagRules | None = None) -> None:
        self._rules = rules or TagRules()
        self._seen: set[str] = set()
        self._stacks: dict[str, _StackReview] = {}

    def visit(self, node: IConstruct) -> None:
        """Has each covered resource validated later, once, and each stack's recommended tags."""
        if not isinstance(node, CfnResource) or node.cfn_resource_type not in AI_RESOURCES:
            return
        if node.node.path in self._seen:
            return
        self._seen.add(node.node.path)
        stack = Stack.of(node)
        if stack.node.path not in self._stacks:
            self._stacks[stack.node.path] = _StackReview(stack)
            stack.node.add_validation(self._stacks[stack.node.path])
        review = self._stacks[stack.node.path]
        review.resources.append(node)
        node.node.add_validation(_ResourceReview(node, review, self._rules))


@jsii.implements(IValidation)
class _StackReview:
    """What concerns a whole stack: which roles call models, and the recommended tags, in one line of information."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self.resources: list[CfnResource] = []
        self._callers: frozenset[str] | None = None

    def covers(self, resource: CfnResource) -> bool:
        """False for what is no AI workload: roles that call no model, what is marked, Spendplane's own."""
        if is_exempt(resource) or tags_of(resource).get(_OWN[0]) == _OWN[1]:
            return False
        if resource.cfn_resource_type != ROLE:
            return True
        if self._callers is None:
            self._callers = callers(self._stack)
        return resource.node.path in self._callers

    def validate(self) -> list[str]:
        """Never an error."""
        covered = [tags_of(resource) for resource in self.resources if self.covers(resource)]
        lacking = {key: sum(not tags.get(key) for tags in covered) for key in RECOMMENDED}
        told = ", ".join(
            f"`{key}` ({number} of {len(covered)} AI resources)" for key, number in lacking.items() if number
        )
        if told:
            Annotations.of(self._stack).add_info_v2(
                "spendplane:recommended-tags", f"Recommended tags are missing: {told}."
            )
        return []


@jsii.implements(IValidation)
class _ResourceReview:
    def __init__(self, resource: CfnResource, stack: _StackReview, rules: TagRules) -> None:
        self._resource, self._stack, self._rules = resource, stack, rules

    def validate(self) -> list[str]:
        """CDK puts the construct's path in front of each."""
        if not self._stack.covers(self._resource):
            return []
        kind = self._resource.cfn_resource_type
        found = tags_of(self._resource)
        later = [key for key, value in found.items() if value is UNKNOWN]
        mandatory = [key for key in _mandatory(kind) if key not in later]
        for key in set(later) & {*_mandatory(kind), *self._rules.allowed}:
            self._warn(key)
        known = {key: str(value) for key, value in found.items() if value is not UNKNOWN}
        problems = self._rules.problems(known, mandatory)
        return [f"{kind} {_sentence(problem)} Mend: {mend(self._resource, problem)}" for problem in problems]

    def _warn(self, key: str) -> None:
        if self._rules.values(key) is not None:
            text = f"The value of the tag `{key}` is known only at deployment: `spendplane tags audit` checks it then."
            Annotations.of(self._resource).add_warning_v2(f"spendplane:tag-known-later-{key}", text)


def mend(resource: CfnResource, problem: Problem) -> str:
    """A line of Python. Its variable is named after the construct's id, as most people name it."""
    variable, value = _variable(resource), problem.suggestion or "…"
    if is_typed(resource):
        return f'Tags.of({variable}).add("{problem.key}", "{value}")'
    # `Tags.of` passes over a plain CfnResource: its properties are nobody's but its author's.
    if AI_RESOURCES[resource.cfn_resource_type].shape == MAP:
        return f'CfnResource(…, properties={{…, "Tags": {{"{problem.key}": "{value}"}}}})'
    return f'CfnResource(…, properties={{…, "Tags": [{{"Key": "{problem.key}", "Value": "{value}"}}]}})'


def _sentence(problem: Problem) -> str:
    return problem.what if problem.what.endswith("?") else f"{problem.what}."


def _mandatory(kind: str) -> tuple[str, ...]:
    return (*MANDATORY, MODEL) if AI_RESOURCES[kind].model else MANDATORY


def _variable(resource: CfnResource) -> str:
    names = [name for name in _names(resource) if name]
    return names[-1] if names else "construct"


def _names(resource: CfnResource) -> Iterator[str]:
    for id_ in resource.node.path.split("/"):
        if id_ not in {"Resource", "Default"}:
            words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", re.sub(r"\W+", "_", id_)).strip("_").lower()
            yield words if words.isidentifier() else ""
