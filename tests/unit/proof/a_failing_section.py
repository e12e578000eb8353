"""A section of the proof in which something did not hold."""

from proof.section import Section, Settings


def run(_: Settings) -> Section:
    return Section("1 broke", {"tried": 1}, failures=["seed 7: I1"])
