"""Slots of a workflow that nobody described, found by following its links from its outputs."""

from collections import Counter
from collections.abc import Iterator

from tui.domain.request import ApiWorkflow
from tui.workflow.api_graph import Source, class_of, inputs_of, link_of, title_of
from tui.workflow.definitions import InputSpec, NodeDefs
from tui.workflow.flow import literal_of, output_type, run_order, spec_of, upstream
from tui.workflow.json_values import integer_of
from tui.workflow.slots import STANDARD_LABELS, Slot, SlotRole, Target

_FIELD_TYPES = {"INT", "FLOAT", "BOOLEAN", "COMBO", "STRING", "TEXTAREA", "MARKDOWN", "COLOR"}
_SEEDS = ("seed", "noise_seed")
_SAMPLING = {
    "steps": "steps",
    "cfg": "cfg_scale",
    "sampler_name": "sampler",
    "scheduler": "scheduler",
    "denoise": "denoise",
    "ckpt_name": "checkpoint",
    "unet_name": "checkpoint",
    "upscale_model": "upscaler",
    "control_net_name": "controlnet",
}
_SIZES = {"width": "width", "height": "height", "batch_size": "batch_size"}
_PROMPTS = {"positive": "prompt", "conditioning": "prompt", "negative": "negative_prompt"}
_ALIKE = {"positive", "negative"}


def find_slots(graph: ApiWorkflow, defs: NodeDefs) -> tuple[Slot, ...]:
    """The slots of a graph: those with a meaning first, then every other value, grouped by node."""
    return Tracer(graph, defs).slots()


class Tracer:
    """One look at one graph."""

    def __init__(self, graph: ApiWorkflow, defs: NodeDefs) -> None:
        self._graph = graph
        self._defs = defs
        self._order = run_order(graph, defs)
        self._found: dict[str, tuple[Target, ...]] = {}
        self._roles: dict[Target, SlotRole] = {}
        self._taken: set[Target] = set()

    def slots(self) -> tuple[Slot, ...]:
        """All slots, in the order in which a person reads them."""
        self._mark_roles()
        self._find_sampling()
        self._find_pictures()
        self._find_loras()
        named = [self._named(name) for name in STANDARD_LABELS if name in self._found]
        return (*named, *self._others())

    def _mark_roles(self) -> None:
        for target, spec in self._widgets():
            if spec.options.get("image_upload"):
                self._roles[target] = SlotRole.PICTURE
            elif spec.type == "INT" and target.input_name in _SEEDS:
                self._roles[target] = SlotRole.SEED

    def _widgets(self) -> Iterator[tuple[Target, InputSpec]]:
        """Every input that holds a value a person could type, in the order in which the nodes run."""
        for node_id in self._order:
            for name, value in inputs_of(self._graph, node_id).items():
                spec = spec_of(self._graph, Target(node_id, name), self._defs)
                if spec and spec.widget_type in _FIELD_TYPES and not isinstance(value, list | dict):
                    yield Target(node_id, name), spec

    def _take(self, name: str, *targets: Target | None) -> None:
        """Let a standard name mean those of these inputs that are free, unless the name is taken."""
        free = tuple(target for target in targets if target is not None and target not in self._taken)
        if free and name not in self._found:
            self._found[name] = free
            self._taken.update(free)

    def _literal(self, node_id: str, name: str) -> Target | None:
        return literal_of(self._graph, Target(node_id, name), self._defs)

    def _find_sampling(self) -> None:
        """From the first sampler outwards: its own values, what its inputs lead to, then the other nodes."""
        anchors = {node: None for node in self._order if self._samples(node)}
        for node_id in (*anchors, *self._order):
            inputs = inputs_of(self._graph, node_id)
            for name, standard in _PROMPTS.items():
                if (
                    node_id in anchors
                    and standard not in self._found
                    and (source := link_of(inputs.get(name)))
                ):
                    self._take(standard, *self._texts(source, name))
            for name in _SEEDS:
                self._take_seed(self._literal(node_id, name))
            for name, standard in _SAMPLING.items():
                self._take_widget(standard, node_id, name)
            if self._makes(node_id, "LATENT") and {"width", "height"} <= inputs.keys():
                for name, standard in _SIZES.items():
                    self._take_widget(standard, node_id, name)

    def _samples(self, node_id: str) -> bool:
        """Whether the node is guided by prompts to a latent picture, itself or through a guider."""
        guided = any(link_of(inputs_of(self._graph, node_id).get(name)) for name in _PROMPTS)
        return guided and (self._makes(node_id, "LATENT") or self._makes(node_id, "GUIDER"))

    def _makes(self, node_id: str, kind: str) -> bool:
        class_type = class_of(self._graph, node_id)
        return class_type in self._defs and any(
            output.type == kind for output in self._defs[class_type].outputs
        )

    def _take_widget(self, standard: str, node_id: str, name: str) -> None:
        target = self._literal(node_id, name)
        spec = spec_of(self._graph, target, self._defs) if target else None
        if target and spec and spec.widget_type in _FIELD_TYPES:
            self._take(standard, target)

    def _take_seed(self, target: Target | None) -> None:
        if target is None or "seed" in self._found:
            return
        if integer_of(inputs_of(self._graph, target.node_id).get(target.input_name)) is not None:
            self._roles[target] = SlotRole.SEED
            self._take("seed", target)

    def _texts(self, source: Source, role: str) -> tuple[Target, ...]:
        """The text inputs of the nearest node on the way of a conditioning that has any."""
        for node_id, _ in upstream(self._graph, source, lambda node, name: self._guides(node, name, role)):
            texts = tuple(dict.fromkeys(self._text_inputs(node_id)))
            if texts:
                return texts
        return ()

    def _guides(self, node_id: str, name: str, role: str) -> bool:
        """Whether a conditioning goes on through this input: where there is a pair, only through its own."""
        if name in _ALIKE and role in _ALIKE:
            return name == role
        source = link_of(inputs_of(self._graph, node_id).get(name))
        return source is not None and output_type(self._graph, source, self._defs) in (
            "CONDITIONING",
            "*",
            "",
        )

    def _text_inputs(self, node_id: str) -> Iterator[Target]:
        for name in inputs_of(self._graph, node_id):
            spec = spec_of(self._graph, Target(node_id, name), self._defs)
            if spec and spec.type == "STRING" and spec.options.get("multiline"):
                target = self._literal(node_id, name)
                if target is not None:
                    yield target

    def _find_pictures(self) -> None:
        pictures = [target for target, role in self._roles.items() if role is SlotRole.PICTURE]
        guides = {node for node in self._order for node in self._control_sources(node)}
        for target in pictures:
            inputs = inputs_of(self._graph, target.node_id)
            if target.node_id in guides:
                self._take("control_image", target)
            elif not self._makes(target.node_id, "MASK") or self._makes(target.node_id, "IMAGE"):
                self._take("init_image", target)
            elif inputs.get("channel") != "alpha":
                self._roles[target] = SlotRole.MASK
                self._take("mask", target)

    def _control_sources(self, node_id: str) -> Iterator[str]:
        """The nodes whose picture ends up in this one, when it applies a ControlNet."""
        inputs = inputs_of(self._graph, node_id)
        source = link_of(inputs.get("image"))
        if source and link_of(inputs.get("control_net")):
            yield from (node for node, _ in upstream(self._graph, source, lambda _node, _name: True))

    def _find_loras(self) -> None:
        """LoRAs can be chained behind a loader that gives a model first and a text encoder second."""
        for target in self._found.get("checkpoint", ()):
            kinds = [output_type(self._graph, (target.node_id, slot), self._defs) for slot in (0, 1)]
            if kinds == ["MODEL", "CLIP"]:
                loader = Target(target.node_id, "")
                self._roles[loader] = SlotRole.LORAS
                self._take("loras", loader)

    def _named(self, name: str) -> Slot:
        targets = self._found[name]
        return Slot(
            name=name,
            targets=targets,
            role=self._roles.get(targets[0], SlotRole.VALUE),
            follows="init_image" if name == "mask" and "init_image" in self._found else "",
        )

    def _others(self) -> Iterator[Slot]:
        titles = self._titles()
        for target, _ in self._widgets():
            if target not in self._taken:
                title = titles[target.node_id]
                yield Slot(
                    name=f"{title}.{target.input_name}",
                    targets=(target,),
                    role=self._roles.get(target, SlotRole.VALUE),
                    label=target.input_name,
                    group=title,
                )

    def _titles(self) -> dict[str, str]:
        """A name for each node that no other node has."""
        plain = [title_of(self._graph, node_id) for node_id in self._order]
        often = Counter(plain)
        return {
            node_id: title if often[title] == 1 else f"{title} #{node_id}"
            for node_id, title in zip(self._order, plain, strict=True)
        }
