"""Slots of a workflow that nobody described, found by following its links from its outputs."""

from collections.abc import Iterator

from tui.domain.forms import Media
from tui.domain.json_values import JsonObject, integer_of
from tui.domain.request import ApiWorkflow
from tui.workflow.api_graph import Source, class_of, inputs_of, link_of
from tui.workflow.definitions import NodeDefs
from tui.workflow.flow import along, literal_of, output_type, run_order, spec_of, upstream
from tui.workflow.input_specs import DYNAMIC_COMBO, InputSpec
from tui.workflow.slots import STANDARD_LABELS, Slot, SlotRole, Target
from tui.workflow.spare_slots import SpareSlots, Tie, by_group

FIELD_TYPES = frozenset(
    {"INT", "FLOAT", "BOOLEAN", "COMBO", "STRING", "TEXTAREA", "MARKDOWN", "COLOR", DYNAMIC_COMBO}
)
"""The types of widgets that are fields of a form."""

_SEEDS = ("seed", "noise_seed")
_SAMPLING = {
    "steps": "steps",
    "cfg": "cfg_scale",
    "guidance": "guidance",
    "sampler_name": "sampler",
    "scheduler": "scheduler",
    "denoise": "denoise",
    "ckpt_name": "checkpoint",
    "unet_name": "checkpoint",
    "control_net_name": "controlnet",
}
_SIZES = {"width": "width", "height": "height", "batch_size": "batch_size"}
_FRAMES = ("length", "num_frames", "frames", "frame_count", "video_length", "video_frames")
_PROMPTS = {"positive": "prompt", "conditioning": "prompt", "negative": "negative_prompt"}
_PLAIN_TEXTS = {"prompt": ("prompt", "positive_prompt", "text"), "negative_prompt": ("negative_prompt",)}
"""Names of text inputs of nodes that make pictures without a sampler."""

_ALIKE = {"positive", "negative"}
_UPLOADS: tuple[tuple[str, Media], ...] = (
    ("image_upload", "image"),
    ("video_upload", "video"),
    ("audio_upload", "audio"),
)
_MOST_LEADERS = 20
"""Samplers from which models and sizes are looked for."""


def find_slots(graph: ApiWorkflow, defs: NodeDefs, ties: tuple[Tie, ...] = ()) -> tuple[Slot, ...]:
    """The slots of a graph: those with a meaning first, then every other value, grouped by node."""
    return Tracer(graph, defs, ties).slots()


def is_field(spec: InputSpec) -> bool:
    """Whether the page shows a widget for it that a form can show too."""
    return spec.widget_type in FIELD_TYPES and spec.options.get("hidden") is not True


def media_of(spec: InputSpec) -> Media | None:
    """What kind of file the input takes, if it takes one."""
    return next((kind for key, kind in _UPLOADS if spec.options.get(key)), None)


def role_of(target: Target, spec: InputSpec) -> SlotRole:
    """What the declaration alone says about an input."""
    if media_of(spec):
        return SlotRole.PICTURE
    return SlotRole.SEED if spec.type == "INT" and target.input_name in _SEEDS else SlotRole.VALUE


class Tracer:
    """One look at one graph."""

    def __init__(self, graph: ApiWorkflow, defs: NodeDefs, ties: tuple[Tie, ...]) -> None:
        self._graph = graph
        self._defs = defs
        self._order = run_order(graph, defs)
        self._ties = {target: tie for tie in ties for target in tie.targets}
        self._found: dict[str, tuple[Target, ...]] = {}
        self._roles: dict[Target, SlotRole] = {}
        self._media: dict[Target, Media] = {}
        self._taken: set[Target] = set()
        self._painters: set[str] = set()
        """Nodes that make a picture out of a text by themselves."""

    def slots(self) -> tuple[Slot, ...]:
        """All slots, in the order in which a person reads them."""
        self._mark_roles()
        self._find_sampling()
        self._find_plain_texts()
        self._find_pictures()
        self._find_loras()
        named = [self._named(name) for name in STANDARD_LABELS if name in self._found]
        others = list(self._others())
        shown = by_group(slot for slot in others if not slot.is_advanced)
        return (*named, *shown, *(slot for slot in others if slot.is_advanced))

    def _mark_roles(self) -> None:
        for target, spec in self._widgets():
            role, media = role_of(target, spec), media_of(spec)
            if role is not SlotRole.VALUE:
                self._roles[target] = role
            if media:
                self._media[target] = media

    def _widgets(self) -> Iterator[tuple[Target, InputSpec]]:
        """Every input that holds a value a person could type, in the order in which the nodes run."""
        for node_id in self._order:
            for name, value in inputs_of(self._graph, node_id).items():
                spec = spec_of(self._graph, Target(node_id, name), self._defs)
                if spec and is_field(spec) and not isinstance(value, list | dict):
                    yield Target(node_id, name), spec

    def _take(self, name: str, *targets: Target | None) -> None:
        """Let a standard name mean those of these inputs that are free, unless the name is taken."""
        tied = [one for target in targets if target is not None for one in self._together(target)]
        free = tuple(dict.fromkeys(target for target in tied if target not in self._taken))
        if free and name not in self._found:
            self._found[name] = free
            self._taken.update(free)

    def _together(self, target: Target) -> tuple[Target, ...]:
        tie = self._ties.get(target)
        return (target, *tie.targets) if tie else (target,)

    def _literal(self, node_id: str, name: str) -> Target | None:
        return literal_of(self._graph, Target(node_id, name), self._defs)

    def _find_sampling(self) -> None:
        """From the first sampler outwards: its own values, what its inputs lead to, then the other nodes."""
        anchors = {node: None for node in self._order if self._samples(node)}
        leaders = set(list(anchors)[:_MOST_LEADERS])
        for node_id in (*anchors, *self._order):
            inputs = inputs_of(self._graph, node_id)
            for name, standard in _PROMPTS.items():
                if (
                    node_id in anchors
                    and standard not in self._found
                    and (source := link_of(inputs.get(name)))
                ):
                    self._take(standard, *self._texts(source, name))
            if node_id in leaders:
                self._find_along(inputs)
            for name in _SEEDS:
                self._take_seed(self._literal(node_id, name))
            for name, standard in _SAMPLING.items():
                self._take_widget(standard, node_id, name)
            self._find_of_kind(node_id)

    def _find_along(self, inputs: JsonObject) -> None:
        """The loader of a sampler's model, behind whatever patches it, and the size it starts from."""
        if "checkpoint" not in self._found and (source := link_of(inputs.get("model"))):
            for node_id in along(self._graph, source, self._defs, ("MODEL", "*")):
                for name in ("ckpt_name", "unet_name"):
                    self._take_widget("checkpoint", node_id, name)
        if "width" not in self._found and (source := link_of(inputs.get("latent_image"))):
            for node_id in along(self._graph, source, self._defs, ("LATENT",)):
                self._find_of_kind(node_id)

    def _find_of_kind(self, node_id: str) -> None:
        """Values whose meaning hangs on what the node makes, or is given."""
        inputs = inputs_of(self._graph, node_id)
        if {"width", "height"} <= inputs.keys() and self._makes(node_id, "LATENT"):
            for name, standard in _SIZES.items():
                self._take_widget(standard, node_id, name)
            for name in _FRAMES:
                self._take_widget("frames", node_id, name)
        if "model_name" in inputs and self._makes(node_id, "UPSCALE_MODEL"):
            self._take_widget("upscaler", node_id, "model_name")
        if link_of(inputs.get("control_net")):
            self._take_widget("control_strength", node_id, "strength")

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
        if target and spec and spec.widget_type in FIELD_TYPES:
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
                # an encoder with two texts has two prompts, unless both are the same
                return tuple(text for text in texts if self._value(text) == self._value(texts[0]))
        return ()

    def _value(self, target: Target) -> object:
        return inputs_of(self._graph, target.node_id).get(target.input_name)

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

    def _find_plain_texts(self) -> None:
        """Nodes that make a picture out of a text by themselves call it what it is."""
        for standard, names in _PLAIN_TEXTS.items():
            for node_id in self._order if standard not in self._found else ():
                given = inputs_of(self._graph, node_id)
                called = [name for name in given if name.rpartition(".")[2] in names]
                texts = set(self._text_inputs(node_id)) if called else set[Target]()
                self._painters.update([node_id] if texts and standard == "prompt" else [])
                self._take(
                    standard, *(t for name in called[:1] if (t := self._literal(node_id, name)) in texts)
                )

    def _find_pictures(self) -> None:
        pictures = [target for target, kind in self._media.items() if kind == "image"]
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
        """LoRAs can be chained behind a loader that gives a model first."""
        for target in self._found.get("checkpoint", ()):
            if output_type(self._graph, (target.node_id, 0), self._defs) == "MODEL":
                loader = Target(target.node_id, "")
                self._roles[loader] = SlotRole.LORAS
                self._take("loras", loader)

    def _named(self, name: str) -> Slot:
        targets = self._found[name]
        return Slot(
            name=name,
            targets=targets,
            role=self._roles.get(targets[0], SlotRole.VALUE),
            label="More LoRAs" if name == "loras" and self._has_loras() else "",
            also=self._names_on_canvas(targets),
            media=self._media.get(targets[0], "image"),
            follows="init_image" if name == "mask" and "init_image" in self._found else "",
        )

    def _has_loras(self) -> bool:
        return any("lora_name" in inputs_of(self._graph, node_id) for node_id in self._order)

    def _names_on_canvas(self, targets: tuple[Target, ...]) -> tuple[str, ...]:
        ties = [self._ties[target] for target in targets if target in self._ties]
        pairs = ((f"{tie.group}.{tie.label}", *([tie.label] if tie.is_shown else [])) for tie in ties)
        return tuple(dict.fromkeys(name for pair in pairs for name in pair))

    def _others(self) -> Iterator[Slot]:
        spare = SpareSlots(
            self._graph, self._defs, self._order, ties=self._ties, roles=self._roles, media=self._media
        )
        for target, spec in self._widgets():
            if target not in self._taken and not spare.is_form_only(target):
                free = tuple(one for one in self._together(target) if one not in self._taken)
                self._taken.update(free)
                in_front = target.node_id in self._painters
                yield spare.slot(tuple(dict.fromkeys(free)), spec, in_front=in_front)
