"""What the documents say to a machine: headings, links, and commands to type."""

import re
import shlex
from pathlib import Path

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
_FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_SPAN = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_PROMPT = "$ "


def prose(text: str) -> str:
    """Without blocks of code."""
    return _FENCE.sub("", text)


def anchors(text: str) -> list[str]:
    """What GitHub makes of the headings: in small letters, without punctuation, dashes for spaces."""
    found: list[str] = []
    for heading in _HEADING.findall(prose(text)):
        slug = re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
        found.append(slug)
    return found


def links(text: str) -> list[str]:
    """The targets of all links and pictures."""
    return _LINK.findall(_SPAN.sub("", prose(text)))


def commands(text: str, program: str) -> list[list[str]]:
    """Each line that a reader may type for this program, as the shell would split it; what follows a `|` aside."""
    spans = _SPAN.findall(prose(text))
    blocks = [block for language, block in _FENCE.findall(text) if language == "console"]
    typed = [line for block in blocks for line in _typed(block)]
    found = (shlex.split(line, comments=True) for line in [*spans, *typed] if program in line.split())
    return [_up_to_pipe(words[1:]) for words in found if Path(words[0]).name == program]


def _typed(block: str) -> list[str]:
    joined = block.replace("\\\n", " ").splitlines()
    return [line.strip().removeprefix(_PROMPT) for line in joined if line.strip().startswith(_PROMPT)]


def _up_to_pipe(words: list[str]) -> list[str]:
    return words[: words.index("|")] if "|" in words else words
