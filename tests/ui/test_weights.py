"""Emphasis in prompts."""

import pytest

from tui.ui.weights import reweighted


def test_the_word_under_the_cursor_gets_a_weight() -> None:
    change = reweighted("a red fox", 3, 3, 0.1)
    assert change is not None
    assert change.line == "a (red:1.1) fox"
    assert change.line[change.start : change.end] == "(red:1.1)"


def test_a_selection_gets_one_weight_together() -> None:
    change = reweighted("a red fox", 2, 9, -0.1)
    assert change is not None
    assert change.line == "a (red fox:0.9)"


def test_a_weight_that_is_there_is_changed_and_at_one_it_goes() -> None:
    change = reweighted("a (red:1.1) fox", 4, 4, 0.1)
    assert change is not None
    assert change.line == "a (red:1.2) fox"
    back = reweighted("a (red:1.1) fox", 4, 4, -0.1)
    assert back is not None
    assert back.line == "a red fox"


@pytest.mark.parametrize(("line", "column"), [("", 0), ("a fox", 5), ("a  fox", 2)])
def test_beside_a_word_there_is_nothing_to_weigh(line: str, column: int) -> None:
    assert reweighted(line, column, column, 0.1) is None


def test_a_weight_never_goes_below_nothing() -> None:
    change = reweighted("(fox:0.05)", 1, 1, -0.1)
    assert change is not None
    assert change.line == "(fox:0)"
