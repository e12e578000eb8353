"""The sections of the proof, in the order in which they run and are read. A new one is a module and a line here."""

from proof.section import Listed

SECTIONS: tuple[Listed, ...] = (
    Listed("simulate", "Faults, simulated", "proof.simulator.section"),
    Listed("rivals", "Side by side with the common pattern", "proof.rivals.section"),
    Listed("engine", "The official engine", "proof.engine"),
    Listed("load", "Under load, with meters killed", "proof.load.section"),
    Listed("security", "Rights, threats, and what it is made of", "proof.security.section"),
    Listed("mutants", "Planted bugs", "proof.mutants.section"),
    Listed("fuzz", "Inputs nobody would think of", "proof.fuzz.section"),
)
