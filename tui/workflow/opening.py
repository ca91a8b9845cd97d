"""Any workflow as a template: a canvas is converted, and its slots are found."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING

from tui.domain.errors import WorkflowError
from tui.domain.json_values import JsonObject, object_of, objects_in, text_of
from tui.domain.request import ApiWorkflow
from tui.domain.text import one_line
from tui.workflow.api_graph import ApiInput, class_of, inputs_of, parse_graph, title_of
from tui.workflow.app_mode import AppMode
from tui.workflow.authored import unique, with_author
from tui.workflow.canvas_nodes import CanvasNodes
from tui.workflow.core_nodes import with_core_nodes
from tui.workflow.definitions import NodeDefs
from tui.workflow.flow import run_order
from tui.workflow.formats import UiWorkflow, Workflow, parse_workflow
from tui.workflow.limits import check_depth
from tui.workflow.lora_chains import LoraChain, chain_in, taken_out
from tui.workflow.marks import marked_slots
from tui.workflow.slots import Slot, SlotRole, Target
from tui.workflow.spare_slots import Tie
from tui.workflow.stand_ins import with_stand_ins
from tui.workflow.templates import WorkflowTemplate
from tui.workflow.titles import Titles
from tui.workflow.trace import find_slots

if TYPE_CHECKING:
    from tui.workflow.convert import Conversion


def open_workflow(
    name: str, data: object, defs: NodeDefs, canvas: JsonObject | None = None, *, keeps_seeds: bool = False
) -> WorkflowTemplate:
    """A template of the JSON in `data`, a canvas or a graph, on a server with these node classes.

    `canvas` is the one that a graph came from, where it is known. `keeps_seeds`: the seeds in it are meant,
    as those that made a picture. Raises `WorkflowError`.
    """
    workflow = _parsed(data, name)
    if isinstance(workflow, UiWorkflow):
        from tui.workflow.convert import convert  # 20 ms that a graph does not need

        known = with_stand_ins(defs, _types(workflow.canvas))
        conversion = convert(workflow.canvas, known)
        opened = _Opened(dict(conversion.api), known, workflow.canvas, conversion.aliases, _notes(conversion))
    else:
        graph = parse_graph(workflow, name)
        known = with_stand_ins(defs, {class_of(graph, node_id) for node_id in graph})
        opened = _Opened(graph, known, canvas, _aliases(graph, canvas, known))
    return opened.template(name, keeps_seeds=keeps_seeds)


def _parsed(data: object, name: str) -> Workflow:
    try:
        return parse_workflow(object_of(data))
    except WorkflowError:
        check_depth(object_of(data))
        return parse_graph(data, name)  # says which part of it is wrong


def _notes(conversion: "Conversion") -> tuple[str, ...]:
    from tui.workflow.notes import UnknownNode  # comes with the conversion

    # unknown nodes are a problem that the form tells by itself
    return tuple(note.sentence for note in conversion.notes if not isinstance(note, UnknownNode))


def _types(canvas: JsonObject) -> set[str]:
    subgraphs = objects_in(object_of(canvas.get("definitions")).get("subgraphs"))
    return {
        text_of(node.get("type")) for graph in (canvas, *subgraphs) for node in objects_in(graph.get("nodes"))
    }


def _aliases(
    graph: ApiWorkflow, canvas: JsonObject | None, defs: NodeDefs
) -> Mapping[ApiInput, tuple[ApiInput, ...]]:
    """Where the canvas beside a graph holds its values, if it is the canvas of that graph."""
    if canvas is None:
        return {}
    from tui.workflow.convert import convert

    try:
        conversion = convert(canvas, defs)
    except WorkflowError:
        return {}
    return conversion.aliases if conversion.api.keys() == graph.keys() else {}


@dataclass(frozen=True, slots=True)
class _Opened:
    """A graph, and the canvas it came from."""

    graph: ApiWorkflow
    defs: NodeDefs
    canvas: JsonObject | None
    aliases: Mapping[ApiInput, tuple[ApiInput, ...]]
    notes: tuple[str, ...] = ()

    def template(self, name: str, *, keeps_seeds: bool) -> WorkflowTemplate:
        """LoRAs that a person chained in an earlier run are theirs to change, not nodes of the workflow."""
        chain = chain_in(self.graph)
        if chain is not None:
            made = self._without(chain).as_it_stands(name, keeps_seeds=keeps_seeds)
            if slots := _with_loras(made.slots, chain):
                return replace(made, slots=slots)
        return self.as_it_stands(name, keeps_seeds=keeps_seeds)

    def _without(self, chain: LoraChain) -> "_Opened":
        from tui.workflow.lora_canvas import without_chain  # few workflows have one

        canvas = without_chain(self.canvas, chain) if self.canvas is not None else None
        return replace(self, graph=taken_out(self.graph, chain), canvas=canvas)

    def as_it_stands(self, name: str, *, keeps_seeds: bool) -> WorkflowTemplate:
        """A template in which every node is the workflow's own."""
        graph, nodes = with_core_nodes(self.graph), CanvasNodes(self.canvas or {})
        slots = self._slots(graph, nodes)
        return WorkflowTemplate(
            name=name,
            title=name,
            graph=graph,
            slots=tuple(_with_seed(slot, nodes, keeps_all=keeps_seeds) for slot in slots),
            canvas=self.canvas,
            brings_values=True,
            notes=self.notes,
            packs=MappingProxyType({**_packs(graph), **nodes.packs()}),
            models=MappingProxyType(nodes.models()),
            key=_key(graph, nodes),
        )

    def _slots(self, graph: ApiWorkflow, nodes: CanvasNodes) -> tuple[Slot, ...]:
        traced = find_slots(graph, self.defs, tuple(self._ties(graph, nodes)))
        app = AppMode(nodes, graph, self.aliases, self.defs)
        marked = app.slots(self.canvas or {}) or marked_slots(self.graph, self.defs)
        titles = Titles(graph, self.defs, run_order(graph, self.defs))
        slots = unique(with_author(traced, marked, graph, titles) if marked else traced)
        if all(slot.is_advanced for slot in slots):  # nothing stands out: all of it stands in front
            return tuple(replace(slot, is_advanced=False) for slot in slots)
        return slots

    def _ties(self, graph: ApiWorkflow, nodes: CanvasNodes) -> Iterator[Tie]:
        for (node_id, widget), inputs in self.aliases.items():
            targets = tuple(Target(*one) for one in inputs if one[1] in inputs_of(graph, one[0]))
            if not targets:
                continue
            node = nodes.find(node_id)
            title = one_line(text_of(node.get("title")), 60)
            if text_of(node.get("type")) == "PrimitiveNode":
                is_named = title not in ("", "Primitive", "PrimitiveNode", targets[0].input_name)
                group = title_of(graph, targets[0].node_id)
                label = title if is_named else targets[0].input_name
                yield Tie(targets=targets, group=group, label=label, is_shown=is_named)
            else:
                label = nodes.label(node_id, widget) or widget
                group = nodes.title(node_id) or node_id
                # what a subgraph of the root shows, its author wanted to be seen
                yield Tie(targets=targets, group=group, label=label, is_shown=":" not in node_id)


def _with_loras(slots: tuple[Slot, ...], chain: LoraChain) -> tuple[Slot, ...]:
    """The slots with the chain's LoRAs in theirs; none where no slot stands for that chain."""
    found = [slot for slot in slots if slot.role is SlotRole.LORAS and slot.first.node_id == chain.loader]
    return (
        tuple(replace(slot, loras=chain.loras) if slot in found else slot for slot in slots) if found else ()
    )


def _with_seed(slot: Slot, nodes: CanvasNodes, *, keeps_all: bool) -> Slot:
    if slot.role is not SlotRole.SEED:
        return slot
    return replace(slot, keeps_seed=keeps_all or nodes.keeps_seed(slot.first.node_id))


def _packs(graph: ApiWorkflow) -> dict[str, str]:
    """Newer pages say in the API format where a node comes from."""
    found: dict[str, str] = {}
    for node_id in graph:
        meta = object_of(object_of(graph.get(node_id)).get("_meta"))
        pack = text_of(meta.get("cnr_id")) or text_of(meta.get("aux_id"))
        if pack and pack != "comfy-core":
            found[class_of(graph, node_id)] = one_line(pack, 80)
    return found


def _key(graph: ApiWorkflow, nodes: CanvasNodes) -> str:
    structure = nodes.structure() or sorted(f"{node_id} {class_of(graph, node_id)}" for node_id in graph)
    return sha256("\n".join(structure).encode("utf-8", "replace")).hexdigest()[:24]
