"""Choices that bring fields of their own."""

import json

import pytest

from tests.support.canvas import DEFS
from tui.domain.forms import ChoiceField, Form, IntegerField
from tui.domain.request import FieldValue
from tui.workflow.fields import build_form
from tui.workflow.fill import fill
from tui.workflow.opening import open_workflow
from tui.workflow.shaping import shaped
from tui.workflow.templates import WorkflowTemplate

VIDEO = {"format": "video", "format.codec": "h264", "format.codec.crf": 23, "name": "a"}


def board(**inputs: object) -> WorkflowTemplate:
    """A workflow of one node, as it is opened."""
    return open_workflow(
        "mine", {"1": {"class_type": "Switchboard", "inputs": inputs, "_meta": {"title": "Board"}}}, DEFS
    )


def form_of(template: WorkflowTemplate, **values: FieldValue) -> Form:
    return build_form(
        shaped(template, {f"Board.{name}": one for name, one in values.items()}, DEFS), DEFS, {}
    )


def names(form: Form) -> list[str]:
    return [field.name.removeprefix("Board.") for field in form.fields]


def test_another_choice_shows_its_fields_in_place_of_those_of_the_first() -> None:
    template = board(**VIDEO)
    assert names(form_of(template)) == ["format", "format.codec", "format.codec.crf", "name"]
    form = form_of(template, format="png")
    assert names(form) == ["format", "format.level", "name"]
    level = form.field("Board.format.level")
    assert isinstance(level, IntegerField)
    assert (level.default, level.maximum) == (6, 9)


def test_a_choice_that_was_brought_brings_fields_in_turn() -> None:
    template = board(format="png", **{"format.level": 3}, name="a")
    assert names(form_of(template, format="video")) == ["format", "format.codec", "format.codec.crf", "name"]
    raw: dict[str, FieldValue] = {"format": "video", "format.codec": "raw"}
    assert names(form_of(template, **raw)) == ["format", "format.codec", "name"]


def test_only_choices_that_bring_fields_say_so() -> None:
    fields = form_of(board(**VIDEO)).fields
    says = {field.name for field in fields if isinstance(field, ChoiceField) and field.brings_fields}
    assert says == {"Board.format", "Board.format.codec"}


@pytest.mark.parametrize("word", ["Board.format", "1.format", "format", "Switchboard.FORMAT"])
def test_the_choice_may_be_called_as_people_call_it(word: str) -> None:
    assert "Board.format.level" in {slot.name for slot in shaped(board(**VIDEO), {word: "PNG"}, DEFS).slots}


@pytest.mark.parametrize("value", ["gif", "", 3, None, "video"])
def test_what_is_no_other_choice_changes_nothing(value: FieldValue) -> None:
    template = board(**VIDEO)
    assert shaped(template, {"Board.format": value}, DEFS) == template


def test_values_of_brought_fields_reach_the_graph() -> None:
    template = board(**VIDEO)
    before = json.dumps(dict(template.graph))
    values: dict[str, FieldValue] = {"Board.format": "png", "Board.format.level": 9}
    made = fill(shaped(template, values, DEFS), values, DEFS)
    assert made.graph["1"]["inputs"] == {"format": "png", "format.level": 9, "name": "a"}
    assert json.dumps(dict(template.graph)) == before


def test_brought_fields_stand_where_their_choice_stands() -> None:
    template = board(**VIDEO)
    form = form_of(template, format="png")
    [choice, level, _] = form.fields
    assert (level.group, level.is_advanced) == (choice.group, choice.is_advanced)
