"""Lambda functions: reserved concurrency 0 refuses every call, before any code runs."""

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from spendplane.adapters.fleet.errors import MissingError, translated
from spendplane.adapters.fleet.kind import Kind
from spendplane.domain.targets import State, Target

_NOT_DOWN = (
    "A function with provisioned concurrency cannot be reserved down to zero: remove what is provisioned for "
    "its versions and aliases, then try again"
)
_NOT_UP = (
    "Others have reserved the account's concurrency meanwhile, of which Lambda keeps 100 unreserved: lower another "
    "reservation or have the quota raised, then restore again"
)


@dataclass(frozen=True, slots=True)
class LambdaFunction(Kind):
    """State: `reserved`, the reserved concurrency; None when there is no reservation."""

    kind: ClassVar[str] = "lambda-function"
    resource_types: ClassVar[tuple[str, ...]] = ("lambda:function",)
    arn: ClassVar[re.Pattern[str]] = re.compile(r"arn:[\w-]+:lambda:[\w-]+:\d{12}:function:([\w-]+)", re.ASCII)
    """Of the function itself: with a version or an alias at its end it is no target."""

    def observe(self, target: Target) -> State | None:
        """One read."""
        try:
            with translated(target.label):
                answer = self._client().get_function_concurrency(FunctionName=target.name)
        except MissingError:
            return None
        return {"reserved": answer.get("ReservedConcurrentExecutions")}

    def throttled(self, before: State) -> State:
        """Nothing reserved."""
        return dict.fromkeys(before, 0)

    def throttle(self, target: Target, before: State) -> None:  # noqa: ARG002
        """One call; what is running ends by itself."""
        with translated(target.label, _NOT_DOWN):
            self._client().put_function_concurrency(FunctionName=target.name, ReservedConcurrentExecutions=0)

    def restore(self, target: Target, before: State) -> None:
        """The former reservation, or none."""
        with translated(target.label, _NOT_UP):
            if before["reserved"] is None:
                self._client().delete_function_concurrency(FunctionName=target.name)
            else:
                self._client().put_function_concurrency(
                    FunctionName=target.name, ReservedConcurrentExecutions=before["reserved"]
                )

    def describe(self, before: State) -> str:
        """Such as `reserved concurrency 10 -> 0`."""
        reserved = before["reserved"]
        return f"reserved concurrency {'none' if reserved is None else reserved} -> 0"

    def _client(self) -> Any:
        return self.clients("lambda")
