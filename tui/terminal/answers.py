"""Takes a terminal's answers out of what is typed; text in, text and answers out, without I/O."""

import re
from dataclasses import dataclass

from tui.terminal.profile import Acknowledgement

_ANSWER = re.compile(
    r"(?:\x1b|^)(?:"
    r"_G[^\x1b]*\x1b\\"
    r"|\]5522;[^\x1b\x07]*\x1b\\"
    r"|P>\|[^\x1b]*\x1b\\"
    r"|\[\?2026;(?P<mode>\d)\$y"
    r"|\[\?(?P<attributes>[\d;]*)c"
    r"|\[\?[\d;]*S"
    r"|\[[46];\d+;\d+t"
    r")"
)
"""The answers to what `detect` and the delivery ask. None of them can be typed."""

_BEGINNING = re.compile(r"\x1b(?:_G[^\x1b]*\x1b?|\]5522;[^\x1b\x07]*\x1b?|P>\|?[^\x1b]*\x1b?|\[\?[\d;]*\$?)$")
"""An answer whose end is still on its way; a lone escape is left alone, for it is a key too."""

_LONGEST = 4096


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The terminal answered a question that can stand behind a write."""

    kind: Acknowledgement


class AnswerFilter:
    """Feed it what was read; it keeps back the beginning of an answer until its end has come."""

    def __init__(self) -> None:
        self._kept = ""
        self._after_escape = False
        self._is_mode_known = False

    @property
    def is_waiting(self) -> bool:
        """Whether the beginning of an answer is kept back."""
        return bool(self._kept)

    def feed(self, text: str) -> tuple[str, tuple[Acknowledged, ...]]:
        """What is left to be read as keys, and the answers that were in it."""
        text, self._kept = self._kept + text, ""
        answers: list[Acknowledged] = []
        rest = _ANSWER.sub(lambda match: self._take(match, answers), text)
        beginning = _BEGINNING.search(rest)
        if beginning and len(beginning[0]) < _LONGEST:
            rest, self._kept = rest[: beginning.start()], beginning[0]
        self._after_escape = rest.endswith("\x1b")
        return rest, tuple(answers)

    def release(self) -> str:
        """What was kept back, when its end has not come in time."""
        kept, self._kept = self._kept, ""
        return kept

    def _take(self, match: re.Match[str], answers: list[Acknowledged]) -> str:
        """Drop an answer and note what it says."""
        if not match[0].startswith("\x1b") and not self._after_escape:
            return match[0]  # the same characters, typed
        if match["mode"] is not None:
            answers.append(Acknowledged(Acknowledgement.MODE))
            return self._first_mode(match)
        if match["attributes"] is not None:
            answers.append(Acknowledged(Acknowledgement.ATTRIBUTES))
        return ""

    def _first_mode(self, match: re.Match[str]) -> str:
        """Textual asks once too, to learn whether it may synchronise its own output."""
        if self._is_mode_known:
            return ""
        self._is_mode_known = True
        return match[0]


def typed_among(heard: str) -> str:
    """What is no answer."""
    answers = AnswerFilter()
    answers.feed("\x1b[?2026;0$y")  # the first of these would be left for Textual
    return answers.feed(heard)[0] + answers.release()
