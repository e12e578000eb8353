"""Every port in memory, with the same promises: for tests, simulations and trials."""

from dataclasses import dataclass

from spendplane.adapters.memory.definitions import MemoryDefinitions
from spendplane.adapters.memory.drifts import MemoryDrifts
from spendplane.adapters.memory.messages import MemoryBus, MemoryTopic
from spendplane.adapters.memory.quarantine import MemoryQuarantine
from spendplane.adapters.memory.switches import MemorySwitches

__all__ = ["MemoryBus", "MemoryQuarantine", "MemoryStore", "MemoryTopic"]


@dataclass
class MemoryStore(MemorySwitches, MemoryDefinitions, MemoryDrifts):
    """Ledger, outbox, switches, definitions and reconciliations: what the table holds."""
