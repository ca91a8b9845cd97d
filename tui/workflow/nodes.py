"""One node: built as its class declares it, then laid over with what the file saved."""

from tui.domain.json_values import Json, JsonObject, integer_of, list_of, object_of, objects_in, text_of
from tui.workflow.definitions import NodeDefs
from tui.workflow.dynamic import add_custom_combo, add_field, add_socket, grow
from tui.workflow.graph import UNSET, Cell, InputSlot, Node, OutputSlot, Widget
from tui.workflow.javascript import is_truthy, javascript_text, javascript_value
from tui.workflow.packs import MUTERS_AND_LABELS, POWER_LORA, add_loras

REROUTES = frozenset({"Reroute", "Reroute (rgthree)"})
PRIMITIVE = "PrimitiveNode"
SETTER = "SetNode"
GETTER = "GetNode"
_REMARKS = frozenset({"Note", "MarkdownNote"}) | MUTERS_AND_LABELS
VIRTUAL = REROUTES | _REMARKS | {PRIMITIVE, SETTER, GETTER}
"""Node types that live on the page only."""

FILE_SAVERS = frozenset(
    {
        "SaveImage",
        "SaveImageAdvanced",
        "SaveSVGNode",
        "SaveVideo",
        "SaveAnimatedWEBP",
        "SaveWEBM",
        "SaveAudio",
        "SaveAudioMP3",
        "SaveAudioOpus",
        "SaveAudioAdvanced",
        "SaveGLB",
        "Save3DAdvanced",
        "SaveGaussianSplat",
        "SavePointCloud",
        "SaveAnimatedPNG",
        "CLIPSave",
        "VAESave",
        "ModelSave",
        "LoraSave",
        "SaveLatent",
    }
)
"""The classes in whose `filename_prefix` the page replaces `%Node.widget%`."""

SEARCH_NAME = "Node name for S&R"
"""The property by which `%Name.widget%` finds a node."""


def build(node: Node, defs: NodeDefs) -> None:
    """Give a new node what its class declares."""
    if node.type not in defs:
        node.is_virtual = node.type in VIRTUAL
        if node.type in REROUTES:
            node.inputs.append(InputSlot(name="", type="*"))
        if node.type in REROUTES or node.type == PRIMITIVE:
            node.outputs.append(OutputSlot(name="", type="*"))
        return
    node.definition = node_class = defs[node.type]
    node.title = node_class.title
    for spec in node_class.shown_inputs:
        add_socket(node, spec)
    for spec in node_class.shown_inputs:
        add_field(node, spec)
    for output in node_class.outputs:
        kind = "*" if output.type == "COMFY_MATCHTYPE_V3" else output.type
        node.outputs.append(OutputSlot(name=output.name, type=kind))
    _finish(node)


def _finish(node: Node) -> None:
    """What the page's own extensions do to a new node."""
    if node.type == "CustomCombo" and node.widgets:
        add_custom_combo(node)
    elif node.type == "WebcamCapture":
        node.add_widget(
            Widget(name="waiting for camera...", kind="button", cell=Cell("capture"), in_prompt=False)
        )
    for widget in node.widgets:
        if widget.kind in ("text", "customtext") and widget.spec is not None:
            widget.is_random_text = widget.spec.options.get("dynamicPrompts") is True
    if node.type not in FILE_SAVERS:
        node.properties[SEARCH_NAME] = node.type


def configure(node: Node) -> None:
    """Lay over the node what the file says about it."""
    raw = node.raw
    node.properties.update(object_of(raw.get("properties")))
    if raw.get("mode") is not None:
        node.mode = raw["mode"]
    if raw.get("title"):
        node.title = javascript_text(raw["title"])
    saved = objects_in(raw.get("inputs"))
    if node.definition is not None or node.instance_of is not None:
        node.inputs = _merged(node, saved)
    else:
        node.inputs = [_saved_input(item) for item in saved] or node.inputs
    _lay_outputs(node, list_of(raw.get("outputs")))
    if node.definition is not None:
        _grow_groups(node)
        _lay_values(node, raw.get("widgets_values"))


def _merged(node: Node, saved: list[JsonObject]) -> list[InputSlot]:
    """The declared inputs with the saved links, then the saved inputs that nothing declares."""
    by_name = {_name(item): item for item in saved}
    for slot in node.inputs:
        item = by_name.get(slot.name)
        if item is None:
            continue
        slot.link = integer_of(item.get("link"))
        slot.label = _text(item.get("label"))
        slot.widget = slot.widget or _widget_name(item)
        slot.is_described = False
    declared = {slot.name for slot in node.inputs}
    return node.inputs + [_saved_input(item) for item in saved if _name(item) not in declared]


def _name(item: JsonObject) -> str:
    return text_of(item.get("name"))


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) and value else None


def _widget_name(item: JsonObject) -> str | None:
    return _text(object_of(item.get("widget")).get("name"))


def slot_type(value: Json) -> str:
    """A slot's type as text; old files have 0 and -1, too."""
    return javascript_text(value) if isinstance(value, str | int | float) else "*"


def _saved_input(item: JsonObject) -> InputSlot:
    return InputSlot(
        name=_name(item),
        type=slot_type(item.get("type")),
        link=integer_of(item.get("link")),
        widget=_widget_name(item),
        label=_text(item.get("label")),
    )


def _lay_outputs(node: Node, saved: list[Json]) -> None:
    for index, value in enumerate(saved):
        item = object_of(value)
        if index >= len(node.outputs):
            node.outputs.append(OutputSlot(name=_name(item), type=slot_type(item.get("type"))))
        elif node.definition is None and node.instance_of is None:
            node.outputs[index].type = slot_type(item.get("type"))
        links = (integer_of(link) for link in list_of(item.get("links")))
        node.outputs[index].links = [link for link in links if link is not None]


def _grow_groups(node: Node) -> None:
    if not node.groups:
        return
    place = 0
    while place < len(node.inputs):
        link = node.inputs[place].link
        if link is not None and link in node.graph.links:
            grow(node, place)
        place += 1


def _lay_values(node: Node, saved: Json) -> None:
    if node.type == POWER_LORA:
        add_loras(node, list_of(saved))
        return
    if isinstance(saved, dict):
        _lay_named_values(node, saved)
        return
    values = _without_forced(node, list_of(saved))
    taken = place = 0
    while place < len(node.widgets) and taken < len(values):  # setting a value may bring more widgets
        widget = node.widgets[place]
        if widget.in_file:
            widget.set(javascript_value(values[taken]))
            taken += 1
        place += 1


def _lay_named_values(node: Node, saved: JsonObject) -> None:
    """Node packs save by name; the page itself cannot read that and leaves its own nodes without values."""
    if node.definition is None or not node.definition.is_custom:
        for place, widget in enumerate([widget for widget in node.widgets if widget.in_file]):
            widget.set(javascript_value(saved[str(place)]) if str(place) in saved else UNSET)
        return
    for name, value in saved.items():
        widget = node.widget(name)
        if widget is not None:
            widget.set(javascript_value(value))
        elif isinstance(value, str | int | float):  # a field that the pack's own script adds
            node.add_widget(Widget(name=name, kind="text", cell=Cell(javascript_value(value))))


def _without_forced(node: Node, values: list[Json]) -> list[Json]:
    """Old files hold values of inputs that have no widget any more."""
    if node.definition is None:
        return values
    names = {widget.name for widget in node.widgets}
    is_surplus: list[bool] = []
    for spec in node.definition.page_inputs:
        if spec.name not in names and not spec.is_forced:
            continue
        is_surplus.append(spec.is_forced)
        if is_truthy(spec.options.get("control_after_generate")):
            is_surplus.append(False)
    if len(is_surplus) != len(values):
        return values
    return [value for value, surplus in zip(values, is_surplus, strict=True) if not surplus]


def drop_orphans(node: Node) -> None:
    """Inputs of widgets that no longer exist go, with their links."""
    place = 0
    while place < len(node.inputs):
        slot = node.inputs[place]
        if slot.widget is None or _has_widget(node, slot):
            place += 1
            continue
        del node.inputs[place]
        if slot.link is not None:
            node.graph.drop_link(slot.link)
        place += 1  # the page skips the one that moved up


def _has_widget(node: Node, slot: InputSlot) -> bool:
    if node.widget(slot.widget) is None:
        return slot.name.rpartition(".")[0] in node.groups
    if node.definition is not None and slot.widget is not None:
        slot.is_described = slot.is_described or node.definition.input(slot.widget) is not None
    return True
