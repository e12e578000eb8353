"""CloudFormation resource types that MiniStack does not know or does by halves; with these the same stacks deploy.

Import this in the emulators' process only, once its environment is set. One file per type; each is entered in
EXTRA_TYPES under its CloudFormation name.
"""

from collections.abc import Mapping

from local.resource_types import budget, global_table
from local.resource_types.kinds import ResourceType

EXTRA_TYPES: Mapping[str, ResourceType] = {
    budget.NAME: budget.BUDGET,
    global_table.NAME: global_table.GLOBAL_TABLE,
}
