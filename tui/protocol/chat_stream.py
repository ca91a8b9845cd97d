"""A streamed chat answer, event by event: text, reasoning and how it ended."""

from dataclasses import dataclass
from typing import Any

import msgspec

from tui.domain.chat import ChatEvent, ReasoningReceived, TextReceived
from tui.domain.json_values import object_of, objects_in, text_of
from tui.domain.text import clean, one_line

_OPEN, _CLOSE = "<think>", "</think>"
_SEPARATORS = str.maketrans(dict.fromkeys("\x85\u2028\u2029", "\n"))
"""Line ends that `clean` would drop, and two words with them would be one."""


@dataclass(frozen=True, slots=True)
class StreamFault:
    """The server said, inside its stream, that it failed."""

    message: str


def error_message(body: object) -> str:
    """What an error body says: `error.message`, else `error`, `detail` or `message`; "" when silent."""
    tree = object_of(body)
    candidates = (
        object_of(tree.get("error")).get("message"),
        *map(tree.get, ("error", "detail", "message")),
        body,
    )
    return next((one_line(said, 300) for said in map(text_of, candidates) if said.strip()), "")


class ThinkFilter:
    """Parts an answer's text from what stands between <think> and </think>, wherever the pieces are cut."""

    def __init__(self) -> None:
        self._held = ""
        self._is_thinking = False

    def feed(self, text: str) -> list[ChatEvent]:
        """What is certain after `text`; the beginning of a possible mark is held back."""
        self._held += text
        events: list[ChatEvent] = []
        while True:
            mark = _CLOSE if self._is_thinking else _OPEN
            before, found, after = self._held.partition(mark)
            if not found:
                break
            events += self._event(before)
            self._held, self._is_thinking = after, not self._is_thinking
        kept = _overlap(self._held, mark)
        certain = self._held[: len(self._held) - kept]
        self._held = self._held[len(certain) :]
        return events + self._event(certain)

    def flush(self) -> list[ChatEvent]:
        """What was held back, now that nothing follows."""
        held, self._held = self._held, ""
        return self._event(held)

    def _event(self, text: str) -> list[ChatEvent]:
        if not text:
            return []
        return [ReasoningReceived(text) if self._is_thinking else TextReceived(text)]


def _overlap(text: str, mark: str) -> int:
    """How many characters at the end of `text` begin `mark`."""
    longest = min(len(text), len(mark) - 1)
    return next((size for size in range(longest, 0, -1) if mark.startswith(text[-size:])), 0)


class ChatStream:
    """The state of one answer. Feed it each event's name and data; ask it at the end how it ended."""

    def __init__(self) -> None:
        self._filter = ThinkFilter()
        self._text: list[str] = []
        self.model = ""
        """The model that answers, which may differ from the one asked."""

        self.finish_reason: str | None = None
        self.is_done = False
        """Whether the server said that it is done; without it and a finish reason the answer was cut off."""

    @property
    def text(self) -> str:
        """The answer so far, without reasoning."""
        return "".join(self._text)

    @property
    def is_whole(self) -> bool:
        """Whether the server ended the answer itself."""
        return self.is_done or self.finish_reason is not None

    def feed(self, name: str, data: str) -> list[ChatEvent] | StreamFault:
        """The pieces in one server-sent event, or the fault it tells."""
        if data.strip() == "[DONE]":
            self.is_done = True
            return self._keep(self._filter.flush())
        try:
            chunk = msgspec.json.decode(data)
        except (msgspec.DecodeError, RecursionError):
            return StreamFault("It sent a piece that cannot be read.")
        chunk = object_of(chunk)
        if name == "error" or "error" in chunk:
            return StreamFault(error_message(chunk) or "It did not say why.")
        self.model = one_line(text_of(chunk.get("model"))) or self.model
        return self._choice(chunk)

    def finish(self) -> list[ChatEvent]:
        """What was held back when the stream ended without saying so."""
        return self._keep(self._filter.flush())

    def _choice(self, chunk: dict[str, Any]) -> list[ChatEvent]:
        choices = objects_in(chunk.get("choices"))
        if not choices:
            return []  # a usage chunk
        self.finish_reason = text_of(choices[0].get("finish_reason")) or self.finish_reason
        return self._delta(object_of(choices[0].get("delta") or choices[0].get("message")))

    def _delta(self, delta: dict[str, Any]) -> list[ChatEvent]:
        thoughts = map(text_of, (delta.get("reasoning_content"), delta.get("reasoning")))
        events: list[ChatEvent] = [ReasoningReceived(clean(thought)) for thought in thoughts if thought]
        if content := text_of(delta.get("content")):
            events += self._keep(self._filter.feed(clean(content.translate(_SEPARATORS))))
        return events

    def _keep(self, events: list[ChatEvent]) -> list[ChatEvent]:
        self._text += [event.text for event in events if isinstance(event, TextReceived)]
        return events
