"""The CDK app: reads its inputs (stacks/inputs.py) and builds the stacks of them. It makes no AWS call."""

import sys

from aws_cdk import App, Stack, Tags, Validations
from cdk_nag import AwsSolutionsChecks

from spendplane.contract.yaml_file import FileError
from stacks import names
from stacks.bedrock_logs import SpendplaneBedrockLogs
from stacks.budgets import SpendplaneBudgets
from stacks.code import PackagingError
from stacks.control import SpendplaneControl
from stacks.endpoints import SettingsError
from stacks.http import SpendplaneHttp
from stacks.inference import SpendplaneEndpoints
from stacks.inputs import Inputs
from stacks.state import SpendplaneState
from stacks.target import InputError


def build(app: App, inputs: Inputs) -> None:
    """Adds the stacks and their security review to the app. Raises `PackagingError`, its text made for people too."""
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    state = SpendplaneState(app, "SpendplaneState", target=inputs.target, restored=inputs.restored)
    control = SpendplaneControl(
        app,
        "SpendplaneControl",
        target=inputs.target,
        state=state,
        definitions=inputs.definitions,
        prices=inputs.prices,
        kill_switch=inputs.kill_switch,
        runbook=inputs.runbook,
    )
    budgets = SpendplaneBudgets(
        app, "SpendplaneBudgets", target=inputs.target, state=state, second_line=inputs.second_line
    )
    budgets.add_dependency(control)
    own = [state, control, budgets, *_bedrock_logs(app, inputs, state)]
    if inputs.http:
        own.append(SpendplaneHttp(app, "SpendplaneHttp", target=inputs.target, state=state, http=inputs.http))
    for tag, value in names.TAGS.items():
        # Not on the endpoints: what carries it is Spendplane's own, which the kill switch never touches.
        for stack in own:
            Tags.of(stack).add(tag, value)
    if inputs.endpoints:
        SpendplaneEndpoints(app, "SpendplaneEndpoints", target=inputs.target, orders=inputs.endpoints)


def _bedrock_logs(app: App, inputs: Inputs, state: SpendplaneState) -> list[Stack]:
    """The stack that reads invocation logs, where it is asked for."""
    if inputs.invocation_logs is None:
        return []
    stack = SpendplaneBedrockLogs(
        app,
        "SpendplaneBedrockLogs",
        target=inputs.target,
        state=state,
        invocation_logs=inputs.invocation_logs,
        identities=inputs.identities,
        prices=inputs.prices,
    )
    return [stack]


def main() -> int:
    """0, or 1 after a line on standard error that says what to mend."""
    app = App(analytics_reporting=False)
    try:
        build(app, Inputs.of(app))
    except (FileError, InputError, PackagingError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 1
    app.synth()
    return 0


if __name__ == "__main__":
    sys.exit(main())
