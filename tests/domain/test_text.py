"""Text from outside is made safe before anybody shows it."""

from tui.domain.errors import LatentuiError
from tui.domain.text import clean, nearest, one_line


def test_nothing_that_a_terminal_obeys_gets_through() -> None:
    hostile = "a\x1b]52;c;aGk=\x07b\x9b31mc\x7fd\x00e\u202ef\u2066g\r\nh\ti"
    assert clean(hostile) == "a]52;c;aGk=b31mcdefg\nh\ti"


def test_one_line_is_one_line_and_bounded() -> None:
    assert one_line("a\n\n b\t c") == "a b c"
    assert one_line("x" * 500, 10) == "x" * 9 + "…"


def test_every_control_character_goes_and_every_letter_stays() -> None:
    kept = clean("".join(map(chr, range(0x250))))
    assert kept == "\t\n" + "".join(map(chr, [*range(0x20, 0x7F), *range(0xA0, 0x250)]))


def test_the_nearest_choice_is_found_whatever_its_case() -> None:
    assert nearest("Eulr", ("euler", "dpmpp_2m")) == "euler"
    assert nearest("zzz", ("euler",)) is None


def test_an_error_cleans_what_it_quotes() -> None:
    assert str(LatentuiError("bad \x1b[31mname", "do\x07 this")) == "bad [31mname do this"
