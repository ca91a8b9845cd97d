"""The templates that come with the program, and descriptions that do not fit."""

from importlib.resources import files

import pytest

from tests.support.node_definitions import node_defs
from tui.domain.errors import WorkflowError
from tui.services.workflow_files import BUILTIN, builtin_templates
from tui.workflow.api_graph import class_of, inputs_of, links_of
from tui.workflow.fields import build_form
from tui.workflow.needs import missing_nodes
from tui.workflow.templates import parse_template

DEFS = node_defs()


def test_the_five_templates_are_found() -> None:
    assert tuple(builtin_templates()) == BUILTIN


@pytest.mark.parametrize("name", BUILTIN)
def test_a_template_uses_only_nodes_that_a_real_server_declares(name: str) -> None:
    assert missing_nodes(builtin_templates()[name], DEFS) == ()


@pytest.mark.parametrize("name", BUILTIN)
def test_every_input_of_a_template_is_declared_and_every_required_one_is_there(name: str) -> None:
    graph = builtin_templates()[name].graph
    for node_id in graph:
        declared = DEFS[class_of(graph, node_id)]
        given = inputs_of(graph, node_id)
        assert {spec.name for spec in declared.inputs if spec.section == "required"} <= given.keys()
        assert given.keys() <= {spec.name for spec in declared.inputs}


@pytest.mark.parametrize("name", BUILTIN)
def test_every_link_of_a_template_fits_the_type_of_its_input(name: str) -> None:
    graph = builtin_templates()[name].graph
    for node_id in graph:
        for input_name, (source, slot) in links_of(graph, node_id):
            wanted = DEFS[class_of(graph, node_id)].input(input_name)
            assert wanted is not None
            assert DEFS[class_of(graph, source)].outputs[slot].type == wanted.type


@pytest.mark.parametrize("name", BUILTIN)
def test_every_slot_of_a_template_leads_to_an_input(name: str) -> None:
    template = builtin_templates()[name]
    for slot in template.slots:
        for target in slot.targets:
            assert slot.role == "loras" or target.input_name in inputs_of(template.graph, target.node_id)


@pytest.mark.parametrize("name", BUILTIN)
def test_a_template_carries_no_model_and_no_picture_of_its_own(name: str) -> None:
    graph = builtin_templates()[name].graph
    for node_id in graph:
        for input_name, value in inputs_of(graph, node_id).items():
            if input_name.endswith("_name") and input_name != "sampler_name":
                assert value == ""


@pytest.mark.parametrize("name", BUILTIN)
def test_a_real_server_lacks_nothing_for_a_template(name: str) -> None:
    form = build_form(builtin_templates()[name], DEFS, {})
    assert form.problems == ()
    assert not any(field.unavailable for field in form.fields)


def test_the_wheel_takes_the_templates_along() -> None:
    config = files("tui").joinpath("..", "pyproject.toml").read_text("utf-8")
    assert 'workflows = "tui/_workflows"' in config


@pytest.mark.parametrize(
    ("description", "words"),
    [
        ({"task": "cook"}, "no task"),
        ({"slots": [{"name": "a", "targets": [["9", "x"]]}]}, "“9” that is not there"),
        ({"slots": [{"name": "a", "targets": []}]}, "lacks a name"),
        ({"slots": [{"name": "a", "targets": [["1"]]}]}, "not there"),
        ({"slots": [{"name": "a", "targets": [["1", "x"]], "role": "cook"}]}, "known role"),
        ({"slots": [{"name": "a", "targets": [["1", "x"]]}] * 2}, "one name"),
    ],
)
def test_a_description_that_does_not_fit_is_said(description: object, words: str) -> None:
    with pytest.raises(WorkflowError, match=words):
        parse_template("mine", {"1": {"class_type": "X", "inputs": {}}}, description)


@pytest.mark.parametrize(
    "graph",
    [None, [], {}, {"1": []}, {"1": {}}, {"1": {"class_type": 3}}, {"1": {"class_type": "X", "inputs": []}}],
)
def test_what_is_no_graph_is_said(graph: object) -> None:
    with pytest.raises(WorkflowError):
        parse_template("mine", graph, {})


def test_a_slot_is_found_by_the_input_it_fills() -> None:
    template = builtin_templates()["txt2img_default"]
    for word in ("steps", "3.steps", "KSampler.steps", "ksampler.STEPS"):
        slot = template.named(word)
        assert slot is not None
        assert slot.name == "steps"
    assert template.named("KSampler.nothing") is None
