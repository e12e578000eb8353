"""The sections of the proof, in the order in which they run and are read. A new one is a module and an entry here."""

from proof.section import Listed

SECTIONS: tuple[Listed, ...] = (
    Listed(
        "simulate",
        "Faults, simulated",
        "proof.simulator.section",
        "Crashes, lost replies and clocks that differ break none of the promises, in any order that chance finds.",
    ),
    Listed(
        "rivals",
        "Side by side with the common pattern",
        "proof.rivals.section",
        "Under the same faults Spendplane loses and doubles nothing, where the common pattern does.",
    ),
    Listed(
        "engine",
        "The official engine",
        "proof.engine",
        "The stories of the tests come out the same over AWS's own DynamoDB engine.",
    ),
    Listed(
        "load",
        "Under load, with meters killed",
        "proof.load.section",
        "A deployed account adds up to the last record while its meters are killed; records cost the same as it grows.",
    ),
    Listed(
        "security",
        "Rights, threats, and what it is made of",
        "proof.security.section",
        "No right and no wildcard is superfluous, each threat has its control tested, and what ships is audited.",
    ),
    Listed(
        "mutants",
        "Planted bugs",
        "proof.mutants.section",
        "Deliberate bugs, planted one at a time, are each caught by a test.",
    ),
    Listed(
        "fuzz",
        "Inputs nobody would think of",
        "proof.fuzz.section",
        "No input makes a reader crash or loses a record.",
    ),
)
