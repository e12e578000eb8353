"""IAM roles that call Bedrock: an inline policy of our own denies it, to the whole role or to one session of it.

No other policy of the role is touched. IAM takes some seconds to make it felt everywhere.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from spendplane.adapters.fleet import deny_policy
from spendplane.adapters.fleet.errors import MissingError, translated
from spendplane.adapters.fleet.kind import Kind, listed
from spendplane.application.ports.fleet import RefusedError
from spendplane.domain.targets import State, Target

QUOTA = 10_240
"""Characters of all inline policies of a role together."""
SERVICE_LINKED = "/aws-service-role/"
_MAKE_ROOM = "Move an inline policy of the role into a managed one, then try again"


@dataclass(frozen=True, slots=True)
class BedrockRole(Kind):
    """State: `denied`, true when our policy stands there as we write it."""

    kind: ClassVar[str] = "bedrock-role"
    arn: ClassVar[re.Pattern[str]] = re.compile(r"arn:[\w-]+:iam::\d{12}:role/(?:[!-~]+/)?([\w+=,.@-]+)", re.ASCII)

    def search(self) -> Iterator[Target]:
        """Every role of the account but those that services own: they cannot be changed."""
        operation = "get_account_authorization_details"
        with translated("The search for roles"):
            for role in listed(self._client(), operation, "RoleDetailList", Filter=["Role"]):
                if not role["Path"].startswith(SERVICE_LINKED):
                    tags = {tag["Key"]: tag["Value"] for tag in role.get("Tags", [])}
                    yield Target(self.kind, role["Arn"], role["RoleName"], tags)

    def observe(self, target: Target) -> State | None:
        """Two reads."""
        try:
            denial = self._denial(target)
        except MissingError:
            return None
        return {"denied": self._stored(target, deny_policy.name_of(target.scope)) == denial}

    def throttled(self, before: State) -> State:
        """Denied."""
        return dict.fromkeys(before, True)

    def throttle(self, target: Target, before: State) -> None:  # noqa: ARG002
        """Writes our policy, if the role has room for it."""
        denial, name = self._denial(target), deny_policy.name_of(target.scope)
        if self._stored(target, name) == denial:
            return
        text = deny_policy.compact(denial)
        used = self._used_by_others(target, name)
        if used + len(text) > QUOTA:
            raise RefusedError(
                f"{target.label}: its inline policies have {used} of the {QUOTA} characters that IAM allows, so "
                f"{max(QUOTA - used, 0)} are free and the denial needs {len(text)}. {_MAKE_ROOM}"
            )
        with translated(target.label, _MAKE_ROOM):
            self._client().put_role_policy(RoleName=target.name, PolicyName=name, PolicyDocument=text)

    def restore(self, target: Target, before: State) -> None:
        """Removes our policy. Without the role there is nothing left to restore."""
        if before["denied"]:
            self.throttle(target, before)
            return
        try:
            with translated(target.label):
                self._client().delete_role_policy(RoleName=target.name, PolicyName=deny_policy.name_of(target.scope))
        except MissingError:
            return

    def describe(self, before: State) -> str:  # noqa: ARG002
        """What the policy does."""
        return "calls of models denied by an inline policy"

    def _denial(self, target: Target) -> deny_policy.Document:
        if target.scope is not None and not deny_policy.is_session(target.scope):
            raise RefusedError(
                f"{target.label}: no session can have this name (2 to 64 of A-Z a-z 0-9 _ + = , . @ -), so "
                "there is none to deny"
            )
        with translated(target.label):
            role = self._client().get_role(RoleName=target.name)["Role"]
        return deny_policy.document(role["RoleId"], target.scope)

    def _stored(self, target: Target, name: str) -> deny_policy.Document | None:
        try:
            with translated(target.label):
                answer = self._client().get_role_policy(RoleName=target.name, PolicyName=name)
        except MissingError:
            return None
        return deny_policy.parsed(answer["PolicyDocument"])

    def _used_by_others(self, target: Target, own: str) -> int:
        with translated(target.label):
            names = list(listed(self._client(), "list_role_policies", "PolicyNames", RoleName=target.name))
        documents = (self._stored(target, name) for name in names if name != own)
        return sum(len(deny_policy.compact(document)) for document in documents if document is not None)

    def _client(self) -> Any:
        return self.clients("iam")
