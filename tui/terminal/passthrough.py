"""Commands for the terminal outside tmux, wrapped so that tmux hands them through."""


def wrap(command: bytes) -> bytes:
    """One escape sequence in tmux's envelope (`allow-passthrough` must be on)."""
    return b"\x1bPtmux;" + command.replace(b"\x1b", b"\x1b\x1b") + b"\x1b\\"
