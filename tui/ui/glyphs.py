"""The shapes that stand beside colours, and their plain spelling for terminals without them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.domain.job import JobStatus
    from tui.domain.server import ConnectionState


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyphs:
    """One set of shapes; each is as wide in every terminal that has it."""

    connected: str = "●"
    connecting: str = "◐"
    unreachable: str = "○"
    off: str = "◌"
    running: str = "▶"
    waiting: str = "◷"
    done: str = "✓"
    failed: str = "✗"
    cancelled: str = "–"
    unknown: str = "?"
    paused: str = "‖"
    opens: str = "▾"
    rule: str = "─"
    full: str = "━"
    empty: str = "━"
    times: str = "×"
    dot: str = "·"
    folder: str = "▸"
    on: str = "◉ on"
    not_on: str = "○ off"
    is_unicode: bool = True

    def connection(self, state: "ConnectionState") -> str:
        """The shape of a server's state."""
        return {
            "connected": self.connected,
            "connecting": self.connecting,
            "unreachable": self.unreachable,
            "off": self.off,
        }[state.value]

    def job(self, status: "JobStatus") -> str:
        """The shape of a job's state."""
        return {
            "pending": self.waiting,
            "in_progress": self.running,
            "completed": self.done,
            "failed": self.failed,
            "cancelled": self.cancelled,
            "unknown": self.unknown,
        }[status.value]


UNICODE = Glyphs()
ASCII = Glyphs(
    connected="*",
    connecting="~",
    unreachable="o",
    off=".",
    running=">",
    waiting="w",
    done="v",
    failed="x",
    cancelled="-",
    unknown="?",
    paused="=",
    opens="[v]",
    rule="-",
    full="#",
    empty=".",
    times="x",
    dot="-",
    folder=">",
    on="[x] on",
    not_on="[ ] off",
    is_unicode=False,
)
