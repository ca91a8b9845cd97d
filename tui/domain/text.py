"""Text from outside, made safe to show: no control characters, no direction overrides."""

import re

_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but tab and newline, DEL, C1
    "\u200e\u200f\u202a-\u202e\u2066-\u2069"  # direction marks, overrides and isolates
    "\u2028\u2029\ufeff\ud800-\udfff]"  # separators some terminals break on, lone surrogates
)
_SPACE = re.compile(r"\s+")


def clean(text: str) -> str:
    """`text` without anything that a terminal would obey; newlines and tabs stay."""
    return _UNSAFE.sub("", text.replace("\r\n", "\n"))


def one_line(text: str, limit: int = 200) -> str:
    """`text` made safe, on one line, of at most `limit` characters."""
    line = _SPACE.sub(" ", clean(text)).strip()
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def nearest(word: str, choices: tuple[str, ...]) -> str | None:
    """The choice most like `word`, for "did you mean", or None when nothing is like it."""
    return next(iter(nearest_of(word, choices, most=1)), None)


def nearest_of(word: str, choices: tuple[str, ...], *, most: int = 3) -> tuple[str, ...]:
    """The choices like `word`, the most like first."""
    from difflib import get_close_matches  # only needed when something went wrong

    by_folded = {choice.casefold(): choice for choice in choices}
    found = get_close_matches(word.casefold(), by_folded, n=most, cutoff=0.5)
    return tuple(by_folded[name] for name in found)
