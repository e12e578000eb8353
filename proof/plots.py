"""Pictures as SVG, drawn by hand: bars and lines are all that the proof needs, and no library has to come in."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT, TOP = 760, 190, 90, 64
BAR, GAP = 20, 14
COLOURS = ("#2563eb", "#d97706", "#6b7280", "#059669", "#b91c1c", "#7c3aed")
_STYLE = (
    "text{font-family:Helvetica,Arial,sans-serif;font-size:13px;fill:#1f2937} .h{font-size:15px;font-weight:bold} "
    ".e{text-anchor:end} .g{stroke:#e5e7eb} .l{fill:none;stroke-width:2}"
)


@dataclass(frozen=True, slots=True)
class _Canvas:
    parts: list[str]

    def text(self, x: float, y: float, words: str, kind: str = "") -> None:
        shown = f' class="{kind}"' if kind else ""
        self.parts.append(f'<text x="{x:.0f}" y="{y:.0f}"{shown}>{escape(words)}</text>')

    def box(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 1):.1f}" height="{height}" fill="{colour}"/>'
        )

    def legend(self, names: Sequence[str]) -> None:
        x = float(LEFT)
        for name, colour in zip(names, COLOURS, strict=False):
            self.box(x, 38, 12, 12, colour)
            self.text(x + 18, 49, name)
            x += 36 + 7.5 * len(name)

    def svg(self, title: str, height: float) -> str:
        head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label='
        body = "\n".join(self.parts)
        white = f'<rect width="{WIDTH}" height="{height:.0f}" fill="#ffffff"/>'
        return f'{head}"{escape(title)}">\n<style>{_STYLE}</style>\n{white}\n{body}\n</svg>\n'


def bars(title: str, rows: Sequence[str], series: Mapping[str, Sequence[float]], unit: str = "") -> str:
    """Horizontal bars: a group per row, a bar per series, all on one scale from zero."""
    canvas = _Canvas([])
    canvas.text(16, 24, title, "h")
    canvas.legend(list(series))
    most = max((value for values in series.values() for value in values), default=0) or 1
    y = float(TOP)
    for place, row in enumerate(rows):
        canvas.text(LEFT - 10, y + BAR * len(series) / 2 + 5, row, "e")
        for number, values in enumerate(series.values()):
            width = (WIDTH - LEFT - RIGHT) * values[place] / most
            canvas.box(LEFT, y, width, BAR - 3, COLOURS[number % len(COLOURS)])
            canvas.text(LEFT + width + 6, y + 13, f"{_figure(values[place])}{unit}")
            y += BAR
        y += GAP
    return canvas.svg(title, y + 6)


def lines(title: str, x: Sequence[float], series: Mapping[str, Sequence[float]], x_name: str, y_name: str) -> str:
    """Lines over one axis; both begin at zero."""
    canvas, height, bottom = _Canvas([]), 360, 316
    canvas.text(16, 24, title, "h")
    canvas.legend(list(series))
    widest, most = (
        round_end(max(x, default=0)),
        round_end(max((v for values in series.values() for v in values), default=0)),
    )
    left, span, tall = 76, WIDTH - 76 - 30, bottom - TOP
    for part in range(5):
        y = bottom - tall * part / 4
        canvas.parts.append(f'<path class="g" d="M{left} {y:.0f}H{left + span}"/>')
        canvas.text(left - 8, y + 4, _figure(most * part / 4), "e")
        canvas.text(left + span * part / 4, bottom + 18, _figure(widest * part / 4), "e" if part else "")
    for number, values in enumerate(series.values()):
        colour = COLOURS[number % len(COLOURS)]
        points = [(left + span * a / widest, bottom - tall * b / most) for a, b in zip(x, values, strict=True)]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        canvas.parts.append(f'<polyline class="l" stroke="{colour}" points="{path}"/>')
        canvas.parts.extend(f'<circle cx="{a:.1f}" cy="{b:.1f}" r="4" fill="{colour}"/>' for a, b in points)
    canvas.text(left, height - 8, f"{y_name} over {x_name}")
    return canvas.svg(title, height)


def round_end(most: float) -> float:
    """The end of an axis: the next figure whose quarters are round."""
    if not most:
        return 1
    unit = 10.0 ** math.floor(math.log10(most))
    return next(unit * step for step in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10) if unit * step >= most)


def _figure(value: float) -> str:
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.2f}" if abs(value) < 100 else f"{value:,.0f}"
