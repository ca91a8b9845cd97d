"""A person's arrangement of a form, and the form that follows it."""

from tui.domain.arrangement import Arrangement
from tui.domain.forms import Form, IntegerField, TextField
from tui.domain.request import Task
from tui.workflow.arranging import arranged

FORM = Form(
    workflow="w",
    title="w",
    task=Task.CUSTOM,
    fields=(
        TextField(name="prompt", label="Prompt"),
        IntegerField(name="steps", label="Steps"),
        IntegerField(name="Node.size", label="size", group="Node", is_advanced=True),
    ),
)


def test_pinned_fields_come_first_and_in_their_order() -> None:
    form = arranged(FORM, Arrangement().pin("Node.size").pin("steps"))
    assert [field.name for field in form.fields] == ["Node.size", "steps", "prompt"]
    assert (form.fields[0].group, form.fields[0].is_advanced) == ("", False)


def test_what_is_hidden_stays_in_the_form_and_keeps_its_value() -> None:
    form = arranged(FORM, Arrangement().pin("steps").hide("steps"))
    steps = form.field("steps")
    assert steps is not None
    assert steps.is_hidden
    assert Arrangement().hide("steps").show("steps").is_empty


def test_a_name_of_ones_own_finds_the_field_and_can_be_given_back() -> None:
    wishes = Arrangement().rename("Node.size", " How big ")
    assert [field.name for field in arranged(FORM, wishes).labelled("how BIG")] == ["Node.size"]
    assert wishes.rename("Node.size", "").is_empty


def test_moving_stays_within_the_pinned_fields() -> None:
    wishes = Arrangement(pinned=("a", "b", "c"))
    assert wishes.move("c", -1).pinned == ("a", "c", "b")
    assert wishes.move("a", -5).pinned == ("a", "b", "c")
    assert wishes.move("a", 9).pinned == ("b", "c", "a")
    assert wishes.move("d", 0).pinned == ("a", "b", "c", "d")


def test_wishes_for_fields_that_are_gone_do_nothing() -> None:
    wishes = Arrangement(pinned=("gone",), hidden=("lost",), labels={"away": "x"})
    assert arranged(FORM, wishes) == FORM
