"""A section of the proof, as one is added."""

from collections.abc import Sequence

from proof.plots import bars, lines
from proof.section import Plot, Section, Settings, Table

ARGUMENTS: list[str] = []


def run(settings: Settings) -> Section:
    settings.progress("half of it")
    return Section(
        "1,200 tried, 0 broke",
        {"tried": 1200, "quick": settings.quick},
        text="What it is about.",
        tables=[Table("Tried", ("what", "how often"), (("this | that", 1200), ("more", 1.5)), note="No more.")],
        plots=[
            Plot("bars", "Bars & more", bars("Bars & more", ["a", "b"], {"x": [1, 2.5], "y": [0, 3000]}, " s")),
            Plot("lines", "Lines", lines("Lines", [0, 1, 2], {"x": [0, 5, 2.5]}, "seconds", "calls")),
        ],
    )


def main(arguments: Sequence[str]) -> int:
    ARGUMENTS.extend(arguments)
    return 7
