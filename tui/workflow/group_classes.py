"""Group nodes, which came before subgraphs: the node class that the page makes of a group.

`extra.groupNodes` holds the inner nodes and links of every group. The page declares a class for it whose
inputs and outputs are those that nothing inside is wired to, and remembers where each came from.
"""

from tui.domain.json_values import Json, JsonObject, list_of, object_of, objects_in, text_of
from tui.workflow.definitions import NodeDefs
from tui.workflow.group_values import PREFIX, GroupClass, GroupLink, links_inside, open_outputs
from tui.workflow.input_specs import WIDGET_TYPES
from tui.workflow.javascript import in_javascript_order, is_truthy
from tui.workflow.nodes import PRIMITIVE, VIRTUAL
from tui.workflow.page_inputs import added_inputs


def group_classes(ui: JsonObject, defs: NodeDefs) -> dict[str, GroupClass]:
    """The groups that a file brings, by node type; groups with unknown nodes are left out."""
    groups = object_of(object_of(ui.get("extra")).get("groupNodes"))
    found: dict[str, GroupClass] = {}
    for name in in_javascript_order(groups):
        raw = object_of(groups[name])
        nodes = objects_in(raw.get("nodes"))
        if nodes and all(text_of(node.get("type")) in defs or _is_virtual(node) for node in nodes):
            found[PREFIX + name] = _Maker(name, raw, nodes, defs).make()
    return found


def _is_virtual(node: JsonObject) -> bool:
    return text_of(node.get("type")) in VIRTUAL


class _Maker:
    """The making of one group class, input by input as the page goes through them."""

    def __init__(self, name: str, raw: JsonObject, nodes: list[JsonObject], defs: NodeDefs) -> None:
        self._defs = defs
        self._config = object_of(raw.get("config"))
        self._group = GroupClass(name=name, nodes=nodes, links=links_inside(raw))
        self._external = open_outputs(raw)
        self._from: dict[int, dict[int, list[GroupLink]]] = {}
        self._to: dict[int, dict[int, GroupLink]] = {}
        for link in self._group.links:
            self._from.setdefault(link[0], {}).setdefault(link[1], []).append(link)
            self._to.setdefault(link[2], {})[link[3]] = link
        self._primitives: dict[int, list[Json]] = {}
        self._seen_inputs: dict[str, int] = {}
        self._seen_outputs: set[str] = set()
        self._count = 0

    def make(self) -> GroupClass:
        """Go through all inner nodes; inputs that were once widgets come last."""
        late: list[tuple[int, JsonObject, list[str], list[str]]] = []
        for index, node in enumerate(self._group.nodes):
            definition = self._definition(index, node)
            if definition is None:
                continue
            specs, outputs, names = definition
            if specs:
                slots, converted = self._add_widgets(index, specs)
                self._add_slots(index, specs, slots)
                late.append((index, specs, slots, converted))
            self._add_outputs(index, outputs, names)
        for index, specs, slots, converted in late:
            self._add_converted(index, specs, slots, converted)
        return self._group

    def _definition(self, index: int, node: JsonObject) -> tuple[JsonObject, list[Json], list[Json]] | None:
        kind = text_of(node.get("type"))
        if kind in self._defs:
            node_class = self._defs[kind]
            sections = node_class.raw_inputs
            specs = {**object_of(sections.get("required"))}
            specs |= {name: [added, {}] for name, added in added_inputs(kind, node_class.declared).items()}
            specs |= object_of(sections.get("optional"))
            outputs: list[Json] = [output.type for output in node_class.outputs]
            return specs, outputs, [output.name for output in node_class.outputs]
        if kind == PRIMITIVE:
            return self._primitive(index, node)
        return self._reroute(index) if kind == "Reroute" else None

    def _primitive(self, index: int, node: JsonObject) -> tuple[JsonObject, list[Json], list[Json]] | None:
        links = self._from.get(index)
        if not links:
            return None
        first = links.get(0, [None])[0]
        kind = first[4] if first else None
        if kind == "COMBO" and first is not None:
            kind = self._combo_type(node, first[2])
        spec: list[Json] = [kind, {}]
        self._primitives[index] = spec
        return {"value": spec}, [kind], []

    def _combo_type(self, node: JsonObject, target: int) -> Json:
        outputs = objects_in(node.get("outputs"))
        source = text_of(object_of(outputs[0].get("widget")).get("name")) if outputs else ""
        target_type = self._type(target)
        sections = self._defs[target_type].raw_inputs if target_type in self._defs else {}
        for section in ("required", "optional"):
            spec = list_of(object_of(sections.get(section)).get(source))
            if spec:
                return spec[0] if isinstance(spec[0], str) else None
        return "COMBO"

    def _type(self, index: int) -> str:
        nodes = self._group.nodes
        return text_of(nodes[index].get("type")) if 0 <= index < len(nodes) else ""

    def _reroute(self, index: int) -> tuple[JsonObject, list[Json], list[Json]] | None:
        """A reroute is open to the outside where one of its ends is not wired inside."""
        to, out = self._to.get(index), self._from.get(index)
        if to and out and 0 not in self._external.get(index, ()):
            return None
        kind = "*"
        if out:
            kind = next((found for link in out.get(0, []) if (found := self._input_type(link)) != "*"), "*")
        elif to and 0 in to:
            outputs = objects_in(self._group.nodes[to[0][0]].get("outputs"))
            kind = text_of(outputs[to[0][1]].get("type"), "*") if to[0][1] < len(outputs) else "*"
        else:
            kind = text_of(self._external.get(index, {}).get(0), "*")
        return {kind: [kind, {"forceInput": True}]}, [kind], []

    def _input_type(self, link: GroupLink) -> str:
        inputs = objects_in(self._group.nodes[link[2]].get("inputs"))
        return (text_of(inputs[link[3]].get("type")) or "*") if link[3] < len(inputs) else "*"

    def _add_widgets(self, index: int, specs: JsonObject) -> tuple[list[str], list[str]]:
        """Declare the widgets; return the names of the sockets and of the widgets made into sockets."""
        saved = objects_in(self._group.nodes[index].get("inputs"))
        places = {
            text_of(item.get("name")): place
            for place, item in reversed(list(enumerate(saved)))
            if object_of(item.get("widget")).get("name") == item.get("name")
        }
        widgets = self._group.widgets[index] = {}
        slots: list[str] = []
        converted: list[tuple[str, str]] = []
        for name in in_javascript_order(specs):
            spec = list_of(specs[name])
            if not (spec and isinstance(spec[0], str) and spec[0] in WIDGET_TYPES):
                slots.append(name)  # also combos in the old spelling: the page takes them for sockets
            elif name in places:
                converted.append((str(places[name]), name))
                widgets[name] = None
            else:
                new_name, config, _ = self._input(index, name, spec)
                self._group.required[new_name] = config
                widgets[name] = new_name
        return slots, [name for _, name in sorted(converted)]

    def _add_slots(self, index: int, specs: JsonObject, slots: list[str]) -> None:
        inputs = self._group.inputs[index] = {}
        for place, name in enumerate(slots):
            if self._is_linked_inside(index, place, name, specs):
                continue
            new_name, config, custom = self._input(index, name, list_of(specs[name]))
            if custom.get("visible") is False:
                continue
            self._group.required[new_name] = config
            inputs[name] = self._count
            self._count += 1

    def _add_converted(self, index: int, specs: JsonObject, slots: list[str], converted: list[str]) -> None:
        for place, name in enumerate(converted):
            if self._is_linked_inside(index, len(slots) + place, name, specs):
                continue
            new_name, config, _ = self._input(index, name, list_of(specs[name]), {"defaultInput": True})
            self._group.required[new_name] = config
            self._group.widgets[index][name] = new_name
            self._group.inputs[index][name] = self._count
            self._count += 1

    def _is_linked_inside(self, index: int, place: int, name: str, specs: JsonObject) -> bool:
        link = self._to.get(index, {}).get(place)
        if link is None:
            return False
        primitive = self._primitives.get(link[0])
        if primitive is not None:
            spec = list_of(specs[name])
            options: JsonObject = {**object_of(spec[1])} if len(spec) > 1 else {}
            if self._group.widgets.get(link[0], {}).get("value"):
                options["control_after_generate"] = True
            primitive[1] = options
        return True

    def _input(
        self, index: int, name: str, spec: list[Json], extra: JsonObject | None = None
    ) -> tuple[str, list[Json], JsonObject]:
        """The name of an inner input on the group, its spec there, and what the group's author set for it."""
        node = self._group.nodes[index]
        config = object_of(object_of(self._config.get(str(index))).get("input"))
        custom = object_of(config.get(name))
        labels = (
            text_of(item.get("label")) for item in objects_in(node.get("inputs")) if item.get("name") == name
        )
        new_name = key = text_of(custom.get("name")) or next(labels, "") or name
        prefix = ""
        is_titled_primitive = node.get("type") == PRIMITIVE and is_truthy(node.get("title"))
        if is_titled_primitive or new_name in self._seen_inputs:
            prefix = f"{text_of(node.get('title')) or text_of(node.get('type'))} "
            key = new_name = prefix + name
            if new_name in self._seen_inputs:
                new_name = f"{prefix}{self._seen_inputs[new_name]} {name}"
        self._seen_inputs[key] = self._seen_inputs.get(key, 1) + 1
        added: JsonObject = dict(extra or {})
        if name in ("seed", "noise_seed"):
            added["control_after_generate"] = f"{prefix}control_after_generate"
        if not added:
            return new_name, spec, custom
        return new_name, [spec[0], {**object_of(spec[1] if len(spec) > 1 else None), **added}], custom

    def _add_outputs(self, index: int, types: list[Json], names: list[Json]) -> None:
        node = self._group.nodes[index]
        config = object_of(object_of(self._config.get(str(index))).get("output"))
        for slot, kind in enumerate(types):
            custom = object_of(config.get(str(slot)))
            is_inside = slot in self._from.get(index, {}) and slot not in self._external.get(index, {})
            visible = custom.get("visible")
            if not (is_truthy(visible) if visible is not None else not is_inside):
                continue
            self._group.outputs.append((index, slot))
            self._group.output_types.append(kind)
            declared = names[slot] if slot < len(names) else kind
            self._group.output_names.append(self._output_name(node, index, text_of(declared)))

    def _output_name(self, node: JsonObject, index: int, label: str) -> str:
        name = label
        if name in self._seen_outputs:
            prefix = text_of(node.get("title")) or text_of(node.get("type"))
            name = f"{prefix} {label}"
            if name in self._seen_outputs:
                name = f"{prefix} {index} {label}"
        self._seen_outputs.add(name)
        return name
