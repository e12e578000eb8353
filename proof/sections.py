"""The sections of the proof, in the order in which they run and are read. A new one is a module and a line here."""

from proof.section import Listed

SECTIONS: tuple[Listed, ...] = (
    Listed("engine", "The official engine", "proof.engine"),
    Listed("mutants", "Planted bugs", "proof.mutants.section"),
)
