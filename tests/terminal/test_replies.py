"""What real terminals answered, read back."""

import pytest

from tui.terminal.choice import profile, silent_profile
from tui.terminal.profile import Acknowledgement, CellSize, Colors, Graphics, TerminalProfile
from tui.terminal.replies import parse, split_identity
from tui.terminal.report import describe

XTERM = b"\x1bP>|XTerm(379)\x1b\\\x1b[?2026;0$y\x1b[?1;0;256S\x1b[?63;1;2;4;6;9;15;16;22;28c"
KITTY = b"\x1bP>|kitty(0.41.1)\x1b\\\x1b[6;17;8t\x1b[4;765;960t\x1b[?2026;2$y\x1b_Gi=31;OK\x1b\\\x1b[?62;c"
TMUX = b"\x1bP>|tmux 3.3a\x1b\\\x1b[?1;2c"
UTF8 = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}


def test_xterm_379_with_sixel() -> None:
    replies = parse(XTERM)
    assert (replies.name, replies.version) == ("xterm", "379")
    found = profile(replies, UTF8)
    assert found.graphics is Graphics.SIXEL
    assert found.sixel_registers == 256
    assert not found.synchronized_output
    assert found.acknowledgement is Acknowledgement.MODE, "0 means unknown mode, but it is an answer"


def test_kitty_0_41() -> None:
    found = profile(parse(KITTY), {**UTF8, "TERM": "xterm-kitty"})
    assert found.graphics is Graphics.KITTY
    assert found.cell == CellSize(width=8, height=17)
    assert found.synchronized_output
    assert (found.name, found.version) == ("kitty", "0.41.1")


def test_kitty_before_placeholders_gets_half_blocks() -> None:
    assert profile(parse(KITTY.replace(b"0.41.1", b"0.26.5")), UTF8).graphics is Graphics.HALF


def test_a_terminal_that_says_ok_without_placeholders_gets_no_kitty_pictures() -> None:
    assert profile(parse(b"\x1b_Gi=31;OK\x1b\\\x1b[?62;c"), UTF8).graphics is Graphics.HALF


def test_tmux_without_passthrough() -> None:
    found = profile(parse(TMUX), UTF8)
    assert (found.graphics, found.name, found.version) == (Graphics.HALF, "tmux", "3.3a")
    assert found.acknowledgement is Acknowledgement.ATTRIBUTES


@pytest.mark.parametrize("name", ["iTerm2 3.5.0", "WezTerm 20240203-110809", "mintty 3.6.1"])
def test_terminals_with_iterm2_pictures(name: str) -> None:
    data = b"\x1bP>|" + name.encode() + b"\x1b\\\x1b[?62;4c"
    assert profile(parse(data), UTF8).graphics is Graphics.ITERM2


def test_iterm2_is_known_over_ssh_by_the_environment() -> None:
    assert profile(parse(b"\x1b[?62;4c"), {**UTF8, "LC_TERMINAL": "iTerm2"}).graphics is Graphics.ITERM2


def test_every_prefix_of_the_answers_is_read_without_harm() -> None:
    for end in range(len(KITTY)):
        assert parse(KITTY[:end]).attributes is None
    assert parse(KITTY).are_complete


def test_absurd_sizes_are_not_believed() -> None:
    assert parse(b"\x1b[6;0;0t\x1b[?1c").cell is None
    assert parse(b"\x1b[6;99999999;1t\x1b[?1c").cell is None


@pytest.mark.parametrize(
    ("text", "identity"),
    [
        ("XTerm(379)", ("xterm", "379")),
        ("tmux 3.3a", ("tmux", "3.3a")),
        ("ghostty 1.1.3", ("ghostty", "1.1.3")),
        ("foot(1.13.1)", ("foot", "1.13.1")),
        ("Konsole", ("konsole", "")),
        ("", ("", "")),
        ("\x1b[31m", ("", "")),
    ],
)
def test_names_and_versions(text: str, identity: tuple[str, str]) -> None:
    assert split_identity(text) == identity


def test_a_pipe_gets_plain_characters_and_no_color_is_respected() -> None:
    assert silent_profile({"TERM": "dumb"}, is_tty=True).graphics is Graphics.ASCII
    assert silent_profile({}, is_tty=False).graphics is Graphics.ASCII
    assert silent_profile({**UTF8, "NO_COLOR": "1"}, is_tty=True).colors is Colors.NONE
    assert profile(parse(KITTY), {**UTF8, "NO_COLOR": "1"}).graphics is Graphics.KITTY


def test_a_profile_is_told_in_words() -> None:
    words = dict(describe(profile(parse(KITTY), UTF8)))
    assert words["terminal"] == "kitty 0.41.1"
    assert words["pictures"] == "drawn with kitty's protocol, by unicode placeholders"
    assert words["cell"] == "8 × 17 pixels"
    assert dict(describe(silent_profile({}, is_tty=False)))["terminal"] == "none"
    for form in Graphics:
        assert describe(TerminalProfile(graphics=form))
