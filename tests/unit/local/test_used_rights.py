"""What let a request through is noted once: every grant that covers it, and what was asked for under a wildcard."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ministack.core import iam_evaluator

from local import used_rights
from local.used_rights import Use

BUCKET = "arn:aws:s3:::logs"
POLICIES = [
    iam_evaluator.parse_policy_document(
        {
            "Statement": [
                {"Effect": "Allow", "Action": "s3:GetObject", "Resource": [f"{BUCKET}/*", "arn:aws:s3:::other/*"]},
                {"Effect": "Allow", "Action": ["s3:Get*", "s3:PutObject"], "Resource": f"{BUCKET}/today"},
                {"Effect": "Deny", "Action": "s3:GetObject", "Resource": f"{BUCKET}/secret"},
            ]
        }
    )
]


def test_what_was_allowed_and_why(tmp_path: Path) -> None:
    names = ("evaluate", "_first_match", "fnmatch_iam", "fnmatch_iam_cs")
    module = SimpleNamespace(**{name: getattr(iam_evaluator, name) for name in names})
    file = tmp_path / used_rights.FILE
    used_rights.install(module, file)

    def ask(action: str, arn: str, who: str = "arn:aws:sts::000000000000:assumed-role/reader/session") -> Any:
        return module.evaluate(iam_evaluator.EvalContext(who, "", "000000000000", action, arn, "us-east-1"), POLICIES)

    assert ask("s3:GetObject", f"{BUCKET}/a").decision == "Allow"
    ask("s3:GetObject", f"{BUCKET}/a")
    ask("s3:GetObject", f"{BUCKET}/today")
    ask("s3:PutObject", f"{BUCKET}/today")
    assert ask("s3:GetObject", f"{BUCKET}/secret").decision == "Deny"
    assert ask("s3:PutObject", f"{BUCKET}/a").decision == "ImplicitDeny"
    ask("s3:PutObject", f"{BUCKET}/today", "arn:aws:iam::000000000000:user/somebody")
    uses = used_rights.read(file)
    assert uses == [
        Use("reader", "s3:GetObject", ("s3:GetObject",), (f"{BUCKET}/*",), f"{BUCKET}/a"),
        Use("reader", "s3:GetObject", ("s3:Get*", "s3:GetObject"), (f"{BUCKET}/*",), f"{BUCKET}/today"),
        Use("reader", "s3:PutObject", ("s3:PutObject",)),
    ]
    assert used_rights.needed(uses) == {"reader": {"s3:GetObject", "s3:PutObject"}}
    assert used_rights.reached(uses) == {("reader", "s3:GetObject", f"{BUCKET}/*"): {f"{BUCKET}/a", f"{BUCKET}/today"}}
