"""The rules for tags, and that those of the stacks and of the account are the same."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spendplane.domain import model_rights, tagging
from spendplane.domain.tagging import Resource
from stacks.tagging import bedrock, rules

VALUES = ["", " ", "prod", "Staging", "\uff54est", "test", "inference", "train", "search", "CC-1234", "cc-1234", "qa"]
KEYS = ["project", "Project", "environment", "cost_center", "Cost-Center", "costCenter", "workload_type", "model", "x"]
ALLOWED: list[dict[str, Any]] = [
    {},
    {"project": ["search", "ads"], "cost_center": re.compile(r"CC-\d{4}")},
    {"environment": ["production", "test"], "team": ["growth"]},
]


@given(st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES)), st.sampled_from(ALLOWED), st.booleans())
def test_what_may_be_deployed_is_what_the_audit_accepts(
    tags: dict[str, str], allowed: dict[str, Any], model: bool
) -> None:
    resource = Resource("k", "arn:aws:lambda:x", "n", tags, serves_model=model)
    mandatory = (*rules.MANDATORY, rules.MODEL) if model else rules.MANDATORY
    assert resource.mandatory == mandatory
    deploying = [
        (found.key, found.what, found.suggestion) for found in rules.TagRules(allowed).problems(tags, mandatory)
    ]
    auditing = [
        (found.key, found.what, found.suggestion) for found in tagging.TagRules(allowed).problems(tags, mandatory)
    ]
    assert deploying == auditing


def test_the_fixed_values_are_the_same() -> None:
    assert {key: tuple(values) for key, values in rules.FIXED.items()} == dict(tagging.FIXED)


@pytest.mark.parametrize("given", [["qa"], re.compile(".*"), "production"])
def test_rules_cannot_add_an_environment(given: Any) -> None:
    with pytest.raises(ValueError, match="can only be one of production, staging"):
        tagging.TagRules({"environment": given})


@pytest.mark.parametrize(
    ("statement", "calls"),
    [
        ({"Effect": "Allow", "Action": "bedrock:InvokeModel"}, True),
        ({"Effect": "Allow", "Action": ["s3:*", "Bedrock:Invoke*"]}, True),
        ({"Effect": "Allow", "Action": "*"}, True),
        ({"Effect": "Allow", "Action": "bedrock:Get*"}, False),
        ({"Effect": "Deny", "Action": "bedrock:*"}, False),
        ({"Effect": "Allow", "NotAction": "iam:*"}, True),
        ({"Effect": "Allow", "NotAction": ["bedrock:*"]}, False),
        ("nonsense", False),
    ],
)
def test_a_policy_lets_models_be_called_or_not(statement: Any, calls: bool) -> None:
    for document in ({"Statement": statement}, {"Statement": [{"Effect": "Deny"}, statement]}):
        assert model_rights.allows_calls(document) is bedrock.allows_calls(document) is calls
