"""CloudFormation resource types that MiniStack does not know, served here so that the same stacks deploy.

One file per service; each type is entered in EXTRA_TYPES under its CloudFormation name.
"""

from collections.abc import Mapping

from local.resource_types.kinds import ResourceType

EXTRA_TYPES: Mapping[str, ResourceType] = {}
