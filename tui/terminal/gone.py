"""A terminal that went away ends the application, rather than hold it for ever.

Textual writes in a thread of its own, which dies of the first write that fails. Its queue then fills, and
the event loop waits for room in it that never comes: no signal is heard, and the input thread spins on a
closed line. Textual has no place for this; its driver reads `WriterThread` from its own module, which is
replaced here.
"""

from collections.abc import Callable

from textual.drivers import linux_driver
from textual.drivers._writer_thread import WriterThread

_WRITER = "WriterThread"
_leave: list[Callable[[], None]] = []


def install(leave: Callable[[], None]) -> None:
    """From now on call this, in the writing thread, when the terminal takes no more; one at a time."""
    _leave[:] = [leave]
    setattr(linux_driver, _WRITER, LastingWriter)


class LastingWriter(WriterThread):
    """Textual's writing thread, which goes on to take what nobody can read any more."""

    def run(self) -> None:
        """Write until told to stop, or until the terminal is gone; then only take."""
        try:
            super().run()
        except (OSError, ValueError):  # EIO from a line that hung up, or a file that was closed
            for leave in _leave:
                leave()
            while self._queue.get() is not None:
                pass
