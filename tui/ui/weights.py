"""Prompt emphasis as ComfyUI and A1111 read it: `(word:1.1)`."""

import re
from dataclasses import dataclass

_WEIGHTED = re.compile(r"\(([^()]*):(-?\d+(?:\.\d+)?)\)")
_WORD = re.compile(r"[\w'’-]+")
LEAST, MOST = 0.0, 3.0


@dataclass(frozen=True, slots=True)
class Emphasis:
    """A line after a change of weight, and what stays selected in it."""

    line: str
    start: int
    end: int


def reweighted(line: str, start: int, end: int, change: float) -> Emphasis | None:
    """Change the weight of the selection, or of the word around the cursor; None where there is no word."""
    for found in _WEIGHTED.finditer(line):
        if found.start() <= start and end <= found.end():
            return _replaced(line, found.start(), found.end(), found[1], float(found[2]) + change)
    if start == end:
        word = next((word for word in _WORD.finditer(line) if word.start() <= start < word.end()), None)
        if word is None:
            return None
        start, end = word.span()
    return _replaced(line, start, end, line[start:end], 1.0 + change)


def _replaced(line: str, start: int, end: int, text: str, weight: float) -> Emphasis:
    weight = round(min(max(weight, LEAST), MOST), 2)
    group = text if weight == 1.0 else f"({text}:{weight:g})"
    return Emphasis(line[:start] + group + line[end:], start, start + len(group))
