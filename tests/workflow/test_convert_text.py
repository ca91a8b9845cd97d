"""Text at the moment of sending: choices, comments, dates and quotes."""

import random

import pytest

from tests.support.canvas import NOON, canvas, converted, inputs, node
from tui.domain.errors import WorkflowError
from tui.workflow.text import fill_placeholders, format_date, resolve_choices


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a {cat} b", "a cat b"),
        ("a {{deep}} b", "a deep b"),
        ("say // nothing\nmore", "say \nmore"),
        ("a /* b\nc */ d", "a  d"),
        (r"keep \{this\|that\}", "keep {this|that}"),
        (r"ends in \\"[:-1], "ends in \\"),
        ("open {a", "open a"),
        ("{}", ""),
        ("http://host/x", "http:"),
    ],
)
def test_braces_and_comments_are_resolved(text: str, expected: str) -> None:
    assert resolve_choices(text, random.Random(0)) == expected


def test_one_choice_is_taken() -> None:
    rng = random.Random(0)
    assert {resolve_choices("{red|green|{blue|grey}}", rng) for _ in range(60)} == {
        "red",
        "green",
        "blue",
        "grey",
    }


def test_choices_a_hundred_deep_are_refused() -> None:
    with pytest.raises(WorkflowError, match="a hundred deep"):
        resolve_choices("{" * 500 + "}" * 500, random.Random(0))


def test_only_prompts_are_treated_so() -> None:
    ui = canvas(node(1, "Encode", ["a {b}"]), node(2, "Video", [1, "a {b}"]))
    api = converted(ui).api
    assert api["1"]["inputs"] == {"text": "a b"}
    assert api["2"]["inputs"] == {"rate": 1, "name": "a {b}"}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [("yyyy-MM-dd", "2026-03-07"), ("d.M.yy", "7.3.26"), ("hh:mm:ss", "12:05:09"), ("yyy", "yyy")],
)
def test_dates_follow_their_pattern(pattern: str, expected: str) -> None:
    assert format_date(pattern, NOON) == expected


def test_file_names_quote_dates_and_other_nodes() -> None:
    ui = canvas(
        node(1, "SaveImage", ["%date:yyyyMMdd%/%Sample.mode%_%Big.width%_%width%_%Nobody.x%"]),
        node(2, "Sample", [1, "fixed", 20, 3, "a/b"]),
        node(3, "Latent", [640, 8], title="Big"),
    )
    assert inputs(ui, "1")["filename_prefix"] == "20260307/a_b_640_%width%_%Nobody.x%"


def test_a_search_name_goes_before_a_title() -> None:
    ui = canvas(
        node(1, "SaveImage", ["%It.width%"]),
        node(2, "Latent", [100, 8], title="It"),
        node(3, "Latent", [200, 8], properties={"Node name for S&R": "It"}),
    )
    assert inputs(ui, "1")["filename_prefix"] == "200"


def test_what_cannot_stand_in_a_file_name_becomes_a_line() -> None:
    assert fill_placeholders("%a.b%", NOON, lambda _node, _widget: 'x/y?"\n') == "x_y___"
