"""A section of the proof that cannot get to its end."""

from proof.section import Section, Settings


def run(_: Settings) -> Section:
    raise KeyError("no such thing")
