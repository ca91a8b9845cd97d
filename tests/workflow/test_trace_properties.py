"""What holds for the slots of any graph at all."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.node_definitions import node_defs
from tui.workflow.api_graph import inputs_of
from tui.workflow.field_values import default_of
from tui.workflow.fields import build_form
from tui.workflow.fill import fill
from tui.workflow.slots import SlotRole
from tui.workflow.templates import WorkflowTemplate
from tui.workflow.trace import find_slots

DEFS = node_defs()
IDS = [str(number) for number in range(8)]
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=8),
    st.tuples(st.sampled_from([*IDS, "nowhere"]), st.integers(-1, 3)).map(list),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


@st.composite
def nodes(draw: st.DrawFn) -> dict[str, Any]:
    """A node of a class the server has, or not, with any values in its inputs."""
    class_type = draw(st.sampled_from([*sorted(DEFS), "Unknown"]))
    names = [spec.name for spec in DEFS[class_type].inputs] if class_type in DEFS else ["x"]
    wanted = draw(st.lists(st.sampled_from([*names, "seed", "extra"]), unique=True))
    return {"class_type": class_type, "inputs": {name: draw(VALUES) for name in wanted}}


GRAPHS = st.dictionaries(st.sampled_from(IDS), nodes(), min_size=1)


@settings(deadline=None, max_examples=150)
@given(GRAPHS)
def test_slots_point_at_inputs_that_are_there_and_have_names_of_their_own(graph: dict[str, Any]) -> None:
    slots = find_slots(graph, DEFS)
    targets = [target for slot in slots for target in slot.targets]
    assert len(set(targets)) == len(targets)
    assert len({slot.name for slot in slots}) == len(slots)
    for slot in slots:
        for target in slot.targets:
            assert slot.role is SlotRole.LORAS or target.input_name in inputs_of(graph, target.node_id)


@settings(deadline=None, max_examples=150)
@given(GRAPHS)
def test_a_form_and_a_filled_graph_come_of_any_graph(graph: dict[str, Any]) -> None:
    template = WorkflowTemplate(name="x", title="x", graph=graph, slots=find_slots(graph, DEFS))
    form = build_form(template, DEFS, {})
    values = {field.name: default_of(field) for field in form.fields if not field.unavailable}
    assert fill(template, values, DEFS).graph.keys() == graph.keys()
