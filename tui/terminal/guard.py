"""Stands between the terminal's input and Textual: answers never become keys, and are told to who asked.

Textual has no place for this; its drivers read `XTermParser` from their own module, which is replaced here.
A test on a pty tells when that no longer holds.
"""

import time
from collections.abc import Callable, Iterable
from threading import Event

from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver, linux_inline_driver
from textual.message import Message

from tui.terminal.answers import Acknowledged, AnswerFilter, typed_among

Listener = Callable[[Acknowledged], None]
KEPT_SECONDS = 0.1
"""How long the beginning of an answer is kept from being read as keys."""

_PARSER = "XTermParser"
_listeners: list[Listener] = []
_early: list[str] = []
"""What was typed before the application could take it, and what came after that."""
_is_begun = Event()


def install(heard: bytes = b"") -> None:
    """Make Textual read through the filter, and with `begin` what was typed among what was heard before."""
    _is_begun.clear()
    typed = typed_among(heard.decode(errors="replace"))
    _early[:] = [typed] if typed else []
    for module in (linux_driver, linux_inline_driver):
        setattr(module, _PARSER, GuardedParser)


def begin() -> None:
    """The application can take keys."""
    _is_begun.set()


def listen(listener: Listener) -> None:
    """Call this for every answer, in the input thread, from now on; replaces the one before."""
    _listeners[:] = [listener]


class GuardedParser(XTermParser):
    """Textual's parser behind the filter."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._filter = AnswerFilter()
        self._kept_at = 0.0

    def feed(self, data: str) -> Iterable[Message]:
        """Read what is not an answer."""
        if not data:
            return super().feed(data)
        if _early:
            _early.append(data)
            return self._read_early()
        return self._read(data)

    def _read_early(self) -> Iterable[Message]:
        if not _is_begun.is_set():
            return ()
        data = "".join(_early)
        _early.clear()
        return self._read(data)

    def _read(self, data: str) -> Iterable[Message]:
        rest, answers = self._filter.feed(data)
        self._kept_at = time.monotonic()
        for answer in answers:
            for listener in _listeners:
                listener(answer)
        return super().feed(rest) if rest else ()

    def tick(self) -> Iterable[Message]:
        """Read what was heard early; give up waiting for the end of something that was no answer."""
        if _early:
            yield from self._read_early()
        if self._filter.is_waiting and time.monotonic() - self._kept_at > KEPT_SECONDS:
            yield from super().feed(self._filter.release())
        yield from super().tick()
