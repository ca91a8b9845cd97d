"""What a Textual application and its terminal have between them: the profile and the one delivery."""

import asyncio
import signal
import sys
import time
from dataclasses import replace
from typing import Any, cast
from weakref import WeakKeyDictionary, WeakSet, ref

from textual.app import App
from textual.widget import Widget

from tui.terminal import gone, guard, repaint, sanitize
from tui.terminal.answers import Acknowledged
from tui.terminal.delivery import Delivery, Sender
from tui.terminal.detect import cell_size_now
from tui.terminal.pacing import SILENT_RATE, SMALLEST_PORTION, Pace
from tui.terminal.passthrough import wrap
from tui.terminal.profile import Acknowledgement, TerminalProfile

_QUESTIONS = {
    Acknowledgement.MODE: b"\x1b[?2026$p",
    Acknowledgement.ATTRIBUTES: b"\x1b[c",
    Acknowledgement.NONE: b"",
}
_UNLIMITED = 1e9
"""Bytes a second where nobody reads."""
_SWITCH = 0.0005
"""Seconds after which a thread that draws lets the event loop go on. Python's own 5 ms would be waited for at
every turn of the loop, as long as the thread draws."""


class TerminalHost:
    """Held for as long as the application."""

    def __init__(self, app: App[Any], profile: TerminalProfile) -> None:
        self._app_ref = ref(app)
        self._delivery: Delivery | None = None
        self._pace: Pace | None = None
        self._senders = WeakSet[Sender]()
        self.profile = profile

    @property
    def _app(self) -> App[Any]:
        """Not held: the application holds its host."""
        app = self._app_ref()
        if app is None:
            raise RuntimeError("the application is gone")
        return app

    def offer(self, sender: Sender) -> None:
        """Send what this sender has, when its turn comes."""
        self._senders.add(sender)
        if self._delivery is None:
            self._delivery = self._start()
        self._delivery.offer(sender)

    @property
    def is_real(self) -> bool:
        """Whether there is a terminal to write to."""
        return not self._app.is_headless

    def write(self, data: bytes) -> None:
        """Write past Textual's screen, in order with it."""
        driver = self._app._driver  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - there is no other way
        if data and driver is not None and not driver.is_headless:
            driver.write(data.decode())

    def write_and_ask(self, data: bytes) -> None:
        """Write so that nothing half-done is seen, and have the terminal say when it has read it."""
        if data and self.profile.synchronized_output:
            data = b"\x1b[?2026h" + data + b"\x1b[?2026l"
        question = _QUESTIONS[self.profile.acknowledgement]
        self.write(data + (wrap(question) if question and self.profile.through_tmux else question))

    def begin(self) -> None:
        """Keys that were pressed before there was a screen arrive; for the application's `on_ready`."""
        guard.begin()

    def leave_on_signals(self) -> None:
        """From now on SIGTERM and SIGHUP end the application in order; for the application's `on_mount`."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._leave, number)

    def _leave(self, number: int) -> None:
        self._app.exit(return_code=128 + number)

    def terminal_is_gone(self) -> None:
        """End the application; may be called in any thread."""
        self._app.call_later(self._app.exit, 128 + signal.SIGHUP)

    def measure(self) -> None:
        """Follow a change of font size, at which columns may stay; for the application's `on_resize`."""
        before = self.profile.cell
        if self.is_real and self.profile.is_tty and (cell := cell_size_now()):
            self.profile = replace(self.profile, cell=cell)
        self._bound()
        if self.profile.cell != before:
            for sender in list(self._senders):
                sender.look_again()

    def _bound(self) -> None:
        """Half of what tmux lets wait for its terminal before it throws all of it away."""
        if self._pace is not None and self.is_real and self.profile.through_tmux:
            columns, rows = self._app.size
            self._pace.capacity = max(columns * rows * 4, SMALLEST_PORTION)

    def _start(self) -> Delivery:
        kind = self.profile.acknowledgement
        is_real = self.is_real
        pace = Pace(
            answers=is_real and kind is not Acknowledgement.NONE,
            round_trip=self.profile.round_trip,
            silent_rate=SILENT_RATE if is_real else _UNLIMITED,
        )
        self._pace = pace
        self._bound()
        delivery = Delivery(pace, self.write_and_ask, time.monotonic)
        _tell(delivery, kind)
        # the signal's type leaves the application's result unknown
        self._app.app_resume_signal.subscribe(  # pyright: ignore[reportUnknownMemberType]
            self._app,
            lambda _app: delivery.restart(),  # pyright: ignore[reportUnknownLambdaType]
        )
        self._app.run_worker(delivery.run(), name="picture delivery", exit_on_error=True)
        return delivery


def _tell(delivery: Delivery, kind: Acknowledgement) -> None:
    """Have the delivery told of the answers to its questions."""
    loop = asyncio.get_running_loop()

    def heard(answer: Acknowledged) -> None:
        if answer.kind is kind:
            loop.call_soon_threadsafe(delivery.acknowledged)

    guard.listen(heard)


_hosts: WeakKeyDictionary[App[Any], TerminalHost] = WeakKeyDictionary()


def attach(app: App[Any], profile: TerminalProfile) -> TerminalHost:
    """Tell the application, in its `__init__`, what its terminal can show."""
    guard.install(profile.heard)
    sanitize.install()
    repaint.install()
    sys.setswitchinterval(_SWITCH)
    _hosts[app] = host = TerminalHost(app, profile)
    gone.install(host.terminal_is_gone)
    return host


def host_of(widget: Widget) -> TerminalHost:
    """The host of the widget's application; one that knows of half blocks where nothing was attached."""
    # Textual leaves the application's result type unknown
    return host_for(cast("App[Any]", widget.app))  # pyright: ignore[reportUnknownMemberType]


def host_for(app: App[Any]) -> TerminalHost:
    """The application's host."""
    if app not in _hosts:
        _hosts[app] = TerminalHost(app, TerminalProfile())
    return _hosts[app]
