"""Inputs that come and go: dynamic combos, groups that grow, and the options of a custom combo."""

from dataclasses import replace

from tui.domain.json_values import integer_of
from tui.workflow.graph import UNSET, Cell, InputSlot, Node, Value, Widget, is_set, shown
from tui.workflow.input_specs import InputSpec, autogrow, dynamic_choices, match_type
from tui.workflow.widgets import add_widgets

DYNAMIC_COMBO = "COMFY_DYNAMICCOMBO_V3"
AUTOGROW = "COMFY_AUTOGROW_V3"
MATCH_TYPE = "COMFY_MATCHTYPE_V3"


def add_socket(node: Node, spec: InputSpec) -> None:
    """Give the node the socket of an input that is no widget."""
    if spec.is_widget:
        return
    if spec.type == AUTOGROW:
        _add_group(node, spec)
    elif spec.type == MATCH_TYPE:
        _add_matching(node, spec)
    else:
        node.inputs.append(InputSlot(name=spec.name, type=spec.type))


def add_field(node: Node, spec: InputSpec) -> None:
    """Give the node the widget of an input, and the socket that goes with it."""
    if not spec.is_widget:
        return
    if spec.widget_type == DYNAMIC_COMBO:
        _add_dynamic_combo(node, spec)
    else:
        add_widgets(node, spec)
    node.inputs.append(InputSlot(name=spec.name, type=spec.type, widget=spec.name, is_described=True))


def add_input(node: Node, spec: InputSpec) -> None:
    """Give the node one input, whatever it is."""
    add_socket(node, spec)
    add_field(node, spec)


def _add_matching(node: Node, spec: InputSpec) -> None:
    add_input(node, replace(spec, type=match_type(spec).allowed))


def _add_dynamic_combo(node: Node, spec: InputSpec) -> None:
    choices = {choice.key: choice.inputs for choice in dynamic_choices(spec)}
    widget = node.add_widget(
        Widget(
            name=spec.name,
            kind="combo",
            cell=Cell(next(iter(choices), UNSET)),
            spec=spec,
            choices=tuple(choices),
        )
    )

    def choose(changed: Widget) -> None:
        value = changed.cell.value
        inputs = choices.get(value, ()) if isinstance(value, str) else ()
        _replace_children(node, changed, inputs)

    widget.react = choose
    choose(widget)


def _replace_children(node: Node, widget: Widget, specs: tuple[InputSpec, ...]) -> None:
    """What the earlier choice brought goes; what the new one brings stands behind the combo."""
    if not any(known is widget for known in node.widgets):  # it went with the choice of the combo around it
        return
    prefix = widget.name + "."
    removed = [slot for slot in node.inputs if slot.name.startswith(prefix)]
    node.inputs = [slot for slot in node.inputs if not slot.name.startswith(prefix)]
    for gone in [child for child in node.widgets if child.name.startswith(prefix)]:
        node.cells.pop(gone.name, None)
    node.widgets = [child for child in node.widgets if not child.name.startswith(prefix)]
    widget_count, input_count = len(node.widgets), len(node.inputs)
    for spec in specs:
        add_input(node, replace(spec, name=prefix + spec.name))
    _move(node, widget, widget_count, input_count)
    _return_links(node, removed)


def _move(node: Node, widget: Widget, widget_count: int, input_count: int) -> None:
    added = node.widgets[widget_count:]
    del node.widgets[widget_count:]
    place = next(index for index, known in enumerate(node.widgets) if known is widget) + 1
    node.widgets[place:place] = added
    socket = next((index for index, slot in enumerate(node.inputs) if slot.name == widget.name), None)
    if socket is None:  # while the combo itself is being made its socket does not exist yet
        return
    new = node.inputs[input_count:]
    del node.inputs[input_count:]
    node.inputs[socket + 1 : socket + 1] = new


def _return_links(node: Node, removed: list[InputSlot]) -> None:
    for old in removed:
        place = next((index for index, slot in enumerate(node.inputs) if slot.name == old.name), None)
        if place is None:
            if old.link is not None:
                node.graph.drop_link(old.link)
            continue
        node.inputs[place].link = old.link
        if old.link is not None and old.link in node.graph.links:
            grow(node, place)


def _add_group(node: Node, spec: InputSpec) -> None:
    group = autogrow(spec)
    node.groups[spec.name] = group
    for ordinal in range(max(1, min(group.minimum + 1, group.maximum))):
        _add_to_group(node, spec.name, ordinal)


def _add_to_group(node: Node, name: str, ordinal: int) -> None:
    group = node.groups[name]
    if ordinal >= group.maximum:
        return
    new: list[InputSlot] = []
    for template in group.inputs:
        full = f"{name}.{group.name(ordinal, template)}"
        known = len(node.inputs)
        add_input(node, replace(template, name=full))
        if len(node.inputs) > known:
            new.append(node.inputs.pop())
    for slot in new:
        same = [known for known in node.inputs if known.name == slot.name]
        slot.link = next((known.link for known in same if known.link is not None), None)
        node.inputs = [known for known in node.inputs if known.name != slot.name]
    place = len(node.inputs)
    if group.inputs and ordinal > 0:
        before = f"{name}.{group.name(ordinal - 1, group.inputs[-1])}"
        place = next(
            (index + 1 for index in reversed(range(place)) if node.inputs[index].name.startswith(before)),
            place,
        )
    node.inputs[place:place] = new


def grow(node: Node, place: int) -> None:
    """A linked input of a group brings the next one."""
    slot = node.inputs[place]
    name, _, last = slot.name.rpartition(".")
    group = node.groups.get(name)
    if group is None:
        return
    if group.names:
        ordinal = group.names.index(last) if last in group.names else None
    else:
        digits = last[len(last.rstrip("0123456789")) :]
        ordinal = integer_of(digits)
    if ordinal is not None:
        _add_to_group(node, name, ordinal + 1)


def add_custom_combo(node: Node) -> None:
    """The combo whose choices are typed in fields that follow it."""
    choice = node.widgets[0]

    def index() -> Value:
        options = node.widgets[2:]
        return next((place for place, option in enumerate(options) if option.value == choice.value), -1)

    node.add_widget(Widget(name="index", kind="hidden", cell=Cell(-1), compute=index))
    _add_option(node)


def _add_option(node: Node) -> None:
    name = f"option{len(node.widgets) - 1}"
    widget = Widget(
        name=name, kind="string", cell=Cell(""), react=lambda changed: _option_changed(node, changed)
    )
    node.add_widget(widget)


def _option_changed(node: Node, option: Widget) -> None:
    options = [widget for widget in node.widgets if widget.name.startswith("option") and is_set(widget.value)]
    node.widgets[0].choices = tuple(shown(widget.value) for widget in options)
    last = node.widgets[-1]
    if last is option:
        if is_set(option.value):
            _add_option(node)
        return
    if not is_set(option.value) and node.widgets[-2] is option and not is_set(last.value):
        node.cells.pop(last.name, None)
        node.widgets.pop()
