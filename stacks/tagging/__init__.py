"""Mandatory tags for AI resources, for anybody's CDK app: `AiTags` sets them, `RequireTags` stops what lacks them.

It needs nothing but aws-cdk-lib, and takes nothing from the rest of Spendplane. See docs/tags.md.
"""

from stacks.tagging.ai_tags import AiTags
from stacks.tagging.aspect import RequireTags
from stacks.tagging.exemption import not_ai
from stacks.tagging.rules import ENVIRONMENTS, MANDATORY, MODEL, RECOMMENDED, WORKLOAD_TYPES, TagRules

__all__ = [
    "ENVIRONMENTS",
    "MANDATORY",
    "MODEL",
    "RECOMMENDED",
    "WORKLOAD_TYPES",
    "AiTags",
    "RequireTags",
    "TagRules",
    "not_ai",
]
