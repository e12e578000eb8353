"""A policy that was read is not read again, and one that was changed is another."""

import json
from types import SimpleNamespace

from ministack.core import iam_evaluator

from local import policies


def document(action: str) -> dict[str, object]:
    return {"Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}


def test_the_same_text_is_read_once_and_says_the_same() -> None:
    module = SimpleNamespace(parse_policy_document=iam_evaluator.parse_policy_document)
    policies.install(module)
    text = json.dumps(document("s3:GetObject"))
    first = module.parse_policy_document(text)
    assert module.parse_policy_document(text) is first
    assert first == iam_evaluator.parse_policy_document(text) == module.parse_policy_document(document("s3:GetObject"))
    (changed,) = module.parse_policy_document(text.replace("GetObject", "PutObject"))
    assert changed.actions == ["s3:PutObject"]
