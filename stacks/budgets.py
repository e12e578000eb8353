"""The stack of AWS Budgets: in parts, as CloudFormation holds 500 resources in one."""

import hashlib
from collections.abc import Iterable

from aws_cdk import CfnCondition, CfnOutput, CfnParameter, CfnWaitConditionHandle, Fn, NestedStack, Stack
from constructs import Construct

from stacks import names
from stacks.constructs.aws_budgets import AwsCostBudget
from stacks.constructs.budget_action import RESOURCES, DenyModels
from stacks.constructs.budget_regions import known_here
from stacks.second_line import AwsBudget, SecondLine
from stacks.state import SpendplaneState
from stacks.target import Target

PER_PART = 200
"""Resources in a part on average; a hash spreads budgets, so that no part comes near 500."""
GROWTH = 8
"""By how much the number of parts grows when they are full: seldom, as most budgets then change their part."""
_INFO = "aws:cdk:info"
"""The kind of metadata that the CDK command line shows as information."""


class SpendplaneBudgets(Stack):
    """Parts are nested stacks: one that is not needed any more goes with this stack's update, budgets and all.

    A stack of its own, deployed after all others: where AWS refuses a budget, the functions are deployed all the same.
    """

    def __init__(
        self, scope: Construct, id_: str, *, target: Target, state: SpendplaneState, second_line: SecondLine
    ) -> None:
        super().__init__(scope, id_, synthesizer=target.synthesizer(), tags=names.TAGS)
        # A stack needs a resource also where no budget is wanted; left out of the app, it would stay with its budgets.
        CfnWaitConditionHandle(self, "Anchor")
        known = known_here(self)
        for name, budgets in parts(second_line.budgets).items():
            _Part(self, name, budgets=budgets, topic_arn=state.topics.budget_alerts.topic_arn, condition=known)
        CfnOutput(self, "AwsBudgets", value=Fn.condition_if(known.logical_id, *_result(second_line)).to_string())
        for remark in second_line.remarks:
            # As `Annotations.add_info` does, but without the stack trace, whose paths differ from run to run.
            self.node.add_metadata(_INFO, remark)


class _Part(NestedStack):
    """A nested stack of budgets. The topic comes as a parameter: one look-up in the parent, not one per budget."""

    def __init__(
        self, scope: Construct, id_: str, *, budgets: list[AwsBudget], topic_arn: str, condition: CfnCondition
    ) -> None:
        # Indented, a template of 500 budgets would be larger than CloudFormation's megabyte.
        super().__init__(scope, id_, parameters={"TopicArn": topic_arn}, suppress_template_indentation=True)
        if self.nested_stack_resource is not None:
            self.nested_stack_resource.cfn_options.condition = condition
        topic = CfnParameter(self, "TopicArn").value_as_string
        deny = DenyModels(self, "DenyModels") if any(budget.action for budget in budgets) else None
        for budget in budgets:
            made = AwsCostBudget(self, budget.id, budget=budget, part=id_, topic_arn=topic)
            if deny and budget.action:
                deny.act(made, budget.action, topic)


def _result(second_line: SecondLine) -> tuple[str, str]:
    """What a deployment says of itself: where AWS budgets can be made, and where they cannot."""
    elsewhere = "none: CloudFormation cannot make AWS budgets in this region; the live counters hold all the same"
    return str(len(second_line.budgets)), elsewhere


def parts(budgets: Iterable[AwsBudget]) -> dict[str, list[AwsBudget]]:
    """Budgets by the name of their part, which follows from the budget's id and the number of parts alone.

    That number is a step of 1, 8, 64 …, by their resources: a budget is one, its action two more. So another budget
    moves no other one, unless it is the one that fills the parts of a step. Then a budget that moves is made anew in
    its new part, under a new name (see `name_of`).
    """
    ordered = sorted(budgets, key=lambda budget: budget.id)
    count = 1
    resources = sum(1 + (RESOURCES if budget.action else 0) for budget in ordered)
    while resources > count * PER_PART:
        count *= GROWTH
    found: dict[str, list[AwsBudget]] = {}
    for budget in ordered:
        number = int.from_bytes(hashlib.sha256(budget.id.encode()).digest()[:8]) % count
        found.setdefault(f"Part{number + 1}", []).append(budget)
    return dict(sorted(found.items()))
