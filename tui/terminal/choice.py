"""From what a terminal said, and the environment, to how pictures are drawn in it; no I/O."""

from collections.abc import Mapping
from dataclasses import replace

from tui.terminal.profile import Acknowledgement, CellSize, Colors, Graphics, TerminalProfile
from tui.terminal.replies import Replies

OVERRIDE = "LATENTUI_GRAPHICS"

_PLACEHOLDERS = {"kitty": (0, 28), "ghostty": (0, 0)}
"""Who draws kitty's unicode placeholders, and since when; Warp, WezTerm and Konsole say OK without."""
_ITERM2 = frozenset({"iterm2", "wezterm", "mintty"})
_ITERM2_PROGRAMS = {"iTerm.app": "iterm2", "WezTerm": "wezterm", "mintty": "mintty"}
_TRUE_COLOR_TERMS = ("kitty", "ghostty", "direct", "wezterm", "foot", "alacritty", "iterm2")
_TRUE_COLORS_SINCE = {"xterm": (331,), "konsole": (), "vte": (3600,), "contour": (), "mintty": ()}
"""By their answers to XTVERSION. Sources: xterm's log of changes (patch 331), VTE 0.36."""
_SIXEL = 4


def override(setting: str | None, environ: Mapping[str, str]) -> Graphics | None:
    """The form a person asked for, by environment before setting; "auto" and unknown words ask for none."""
    for wish in (environ.get(OVERRIDE), setting):
        if wish and wish.lower() in set(Graphics):
            return Graphics(wish.lower())
    return None


def colors(environ: Mapping[str, str], name: str = "", version: str = "") -> Colors:
    """How many colours text may have."""
    term = environ.get("TERM", "")
    if environ.get("NO_COLOR") or term in {"", "dumb", "unknown"}:
        return Colors.NONE
    if environ.get("COLORTERM", "").lower() in {"truecolor", "24bit"}:
        return Colors.TRUE
    since = _TRUE_COLORS_SINCE.get(name)
    if since is not None and version_numbers(version) >= since:
        return Colors.TRUE
    if any(part in f"{term} {name}" for part in _TRUE_COLOR_TERMS):
        return Colors.TRUE
    return Colors.INDEXED_256 if "256" in term or term.startswith(("tmux", "screen")) else Colors.ANSI_16


def has_unicode(environ: Mapping[str, str]) -> bool:
    """Whether the locale is UTF-8."""
    locale = environ.get("LC_ALL") or environ.get("LC_CTYPE") or environ.get("LANG") or ""
    return "utf8" in locale.lower().replace("-", "")


def silent_profile(environ: Mapping[str, str], *, is_tty: bool) -> TerminalProfile:
    """A terminal that cannot be asked, or no terminal."""
    shades = colors(environ)
    return TerminalProfile(
        name=environ.get("TERM", "") or "unknown",
        graphics=Graphics.HALF if is_tty and shades is not Colors.NONE else Graphics.ASCII,
        colors=shades,
        unicode=has_unicode(environ),
        is_tty=is_tty,
    )


def profile(replies: Replies, environ: Mapping[str, str], *, through_tmux: bool = False) -> TerminalProfile:
    """A terminal that was asked; `through_tmux`: the one outside was."""
    name = replies.name or ("" if through_tmux else _program(environ))
    shades = colors(environ, name, replies.version)
    known = silent_profile(environ, is_tty=True)
    return replace(
        known,
        name=name or known.name,
        version=replies.version,
        graphics=_graphics(replies, name, through_tmux=through_tmux) or known.graphics,
        through_tmux=through_tmux,
        cell=_cell(replies),
        synchronized_output=bool(replies.synchronized_output) and not through_tmux,
        acknowledgement=_acknowledgement(replies),
        colors=shades,
        sixel_registers=min(replies.registers or 256, 256),
    )


def _acknowledgement(replies: Replies) -> Acknowledgement:
    if replies.synchronized_output is not None:
        return Acknowledgement.MODE
    return Acknowledgement.ATTRIBUTES if replies.are_complete else Acknowledgement.NONE


def _program(environ: Mapping[str, str]) -> str:
    """The terminal's name where only the environment tells."""
    if environ.get("LC_TERMINAL") == "iTerm2":
        return "iterm2"
    return _ITERM2_PROGRAMS.get(environ.get("TERM_PROGRAM", ""), "")


def _graphics(replies: Replies, name: str, *, through_tmux: bool) -> Graphics | None:
    """Only kitty's placeholders go through tmux: they are text, which tmux keeps in its place.

    A tmux of 3.4 or newer may say that it has sixel, also where the terminal outside has none. It keeps only
    twenty pictures, draws lines between them, and brings old ones back when it draws its screen again.
    """
    if replies.has_kitty_graphics and draws_placeholders(name, replies.version):
        return Graphics.KITTY
    if through_tmux or name == "tmux":
        return None
    if name in _ITERM2:
        return Graphics.ITERM2
    if replies.attributes and _SIXEL in replies.attributes:
        return Graphics.SIXEL
    return None


def draws_placeholders(name: str, version: str) -> bool:
    """Whether kitty pictures can be put into text there."""
    since = _PLACEHOLDERS.get(name)
    return since is not None and version_numbers(version) >= since


def version_numbers(version: str) -> tuple[int, ...]:
    """`0.41.1` as numbers to compare; what is no number ends them."""
    numbers: list[int] = []
    for part in version.split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        numbers.append(int(digits))
    return tuple(numbers)


def _cell(replies: Replies) -> CellSize:
    if replies.cell is None:
        return CellSize()
    return CellSize(width=replies.cell[0], height=replies.cell[1])
