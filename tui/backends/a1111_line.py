"""Our own jobs for one server, one at a time: a server that cannot drop a waiting job is given none.

A1111 keeps no list that a job could be taken from, so ours wait here, where cancelling costs nothing, and
where a server without task ids can be seen idle before the next one goes out.
"""

from collections.abc import Callable


class Line:
    """Who waits and who is served; the first is."""

    def __init__(self) -> None:
        self._tickets: list[Callable[[], None]] = []

    def join(self, wake: Callable[[], None]) -> int:
        """Stand at the end; `wake` is called whenever the line moves. The position: 0 is served."""
        self._tickets.append(wake)
        return len(self._tickets) - 1

    def position(self, wake: Callable[[], None]) -> int:
        """How many stand before."""
        return self._tickets.index(wake)

    def leave(self, wake: Callable[[], None]) -> None:
        """Make room; leaving twice does no harm."""
        if wake not in self._tickets:
            return
        self._tickets.remove(wake)
        for other in self._tickets:
            other()
