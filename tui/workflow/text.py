"""What becomes of text when a prompt is sent: `{a|b}`, comments, `%date:…%` and `%Node.widget%`."""

import random
import re
from collections.abc import Callable
from datetime import datetime

from tui.domain.errors import WorkflowError

_COMMENT = re.compile(r"/\*[\s\S]*?\*/|//[^\n\r\u2028\u2029]*")
_ESCAPED = re.compile(r"\\([{}|])")
_PLACEHOLDER = re.compile(r"%([^%]+)%")
_UNSAFE = re.compile(r'[/?<>\\:*|"\x00-\x1f\x7f]')
_DATE_PART = re.compile(r"d{1,2}|M{1,2}|h{1,2}|m{1,2}|s{1,2}|y{2,4}")
_DEEPEST = 100


def resolve_choices(text: str, rng: random.Random, depth: int = 0) -> str:
    """The text without comments, one choice taken of each `{a|b}`."""
    if depth > _DEEPEST:
        raise WorkflowError(
            "A prompt has choices in braces inside each other, a hundred deep.", "Write them flatter."
        )
    text = _COMMENT.sub("", text)
    parts: list[str] = []
    place = 0
    while place < len(text):
        if text[place] == "\\":
            parts.append(text[place : place + 2])
            place += 2
        elif text[place] == "{":
            options, place = _options(text, place + 1)
            parts.append(resolve_choices(rng.choice(options), rng, depth + 1))
        else:
            parts.append(text[place])
            place += 1
    return _ESCAPED.sub(r"\1", "".join(parts))


def _options(text: str, place: int) -> tuple[list[str], int]:
    """The choices of a block that starts at `place`, and where the text goes on."""
    options: list[str] = []
    start, depth = place, 0
    while place < len(text):
        sign = text[place]
        if sign == "\\":
            place += 1
        elif sign == "{":
            depth += 1
        elif sign == "}" and not depth:
            break
        elif sign == "}":
            depth -= 1
        elif sign == "|" and not depth:
            options.append(text[start:place])
            start = place + 1
        place += 1
    options.append(text[start:place])
    return options, place + 1


def fill_placeholders(text: str, now: datetime, look_up: Callable[[str, str], str | None]) -> str:
    """The text with dates, and the values that `look_up(node, widget)` finds, in place of `%…%`."""

    def fill(match: re.Match[str]) -> str:
        parts = match[1].split(".")
        if len(parts) == 2:
            found = look_up(*parts)
            return match[0] if found is None else _UNSAFE.sub("_", found)
        return format_date(parts[0][5:], now) if parts[0].startswith("date:") else match[0]

    return _PLACEHOLDER.sub(fill, text)


def format_date(pattern: str, now: datetime) -> str:
    """The date as `yyyy-MM-dd hh:mm:ss` and the like."""
    values = {"d": now.day, "M": now.month, "h": now.hour, "m": now.minute, "s": now.second}

    def part(match: re.Match[str]) -> str:
        found = match[0]
        if found[0] == "y":
            return found if len(found) == 3 else f"{now.year:04}"[-len(found) :]
        return str(values[found[0]]).rjust(len(found), "0")

    return _DATE_PART.sub(part, pattern)
