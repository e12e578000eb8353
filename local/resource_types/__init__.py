"""CloudFormation resource types that MiniStack does not know or does by halves; with these the same stacks deploy.

Import this in the emulators' process only, once its environment is set. One file per type or family; each is entered in
EXTRA_TYPES under its CloudFormation name.
"""

from collections.abc import Mapping
from typing import Any

from local.resource_types import archive, budget, budget_action, global_table, sagemaker, scaling
from local.resource_types.kinds import ResourceType

EXTRA_TYPES: Mapping[str, ResourceType] = {
    archive.NAME: archive.ARCHIVE,
    budget.NAME: budget.BUDGET,
    budget_action.NAME: budget_action.BUDGET_ACTION,
    global_table.NAME: global_table.GLOBAL_TABLE,
    **sagemaker.TYPES,
    **scaling.TYPES,
}


def install(provisioners: Any) -> None:  # MiniStack's module
    """Enters them among MiniStack's types."""
    for name, kind in EXTRA_TYPES.items():
        provisioners._RESOURCE_HANDLERS[name] = kind.handlers()  # noqa: SLF001  # the way in that MiniStack has
        if kind.replaced_by is not None:
            provisioners._REPLACING_PROPERTIES[name] = kind.replaced_by  # noqa: SLF001
        if kind.tagged:
            provisioners._STACK_TAG_PROPERTY[name] = ("Tags", "list")  # noqa: SLF001
