"""LoRAs of a person's choice: a chain of loaders between a model's loader and all that used it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from tui.domain.json_values import JsonObject, number_of, object_of, text_of
from tui.domain.request import ApiWorkflow, Lora
from tui.workflow.api_graph import Source, all_users, class_of, copied, inputs_of, link_of, title_of

LORA_CLASS: Final = "LoraLoader"
MODEL_LORA_CLASS: Final = "LoraLoaderModelOnly"
TITLE: Final = "LoRA"
"""What our nodes are called; ComfyUI calls its own "Load LoRA"."""


@dataclass(frozen=True, slots=True)
class LoraChain:
    """The nodes of a chain in their order, each with the LoRA it loads."""

    loader: str
    """The node whose model, at its first output, and text encoder, at its second, they change."""

    nodes: tuple[str, ...]
    loras: tuple[Lora, ...]
    has_clip: bool


def chain_of(
    graph: ApiWorkflow, loader: str, loras: tuple[Lora, ...], *, has_clip: bool, above: int
) -> LoraChain:
    """The chain that `loras` make behind a loader, its ids beside the loader's with numbers past `above`."""
    around = loader.rpartition(":")[0]
    first = 1 + max(above, _highest(graph))
    ids = (str(first + place) for place in range(len(loras)))
    return LoraChain(loader, tuple(f"{around}:{one}" if around else one for one in ids), loras, has_clip)


def _highest(graph: ApiWorkflow) -> int:
    """Some servers' pages sort node ids as numbers: new ones come last."""
    parts = (part for node_id in graph for part in node_id.split(":"))
    return max((int(part) for part in parts if part.isdecimal() and len(part) < 16), default=0)


def put_in(nodes: dict[str, JsonObject], chain: LoraChain) -> None:
    """Put the chain into the graph."""
    if not chain.nodes:
        return
    users, last = all_users(nodes), chain.nodes[-1]
    source = chain.loader
    for node_id, lora in zip(chain.nodes, chain.loras, strict=True):
        nodes[node_id] = _node(source, lora, has_clip=chain.has_clip)
        source = node_id
    for output in (0, 1) if chain.has_clip else (0,):
        _relink(nodes, users.get((chain.loader, output), ()), (last, output))


def _node(source: str, lora: Lora, *, has_clip: bool) -> JsonObject:
    clip: JsonObject = {"clip": [source, 1], "strength_clip": lora.strength} if has_clip else {}
    return {
        "class_type": LORA_CLASS if has_clip else MODEL_LORA_CLASS,
        "inputs": {"model": [source, 0], "lora_name": lora.name, "strength_model": lora.strength, **clip},
        "_meta": {"title": TITLE},
    }


def _relink(nodes: Mapping[str, JsonObject], inputs: Iterable[tuple[str, str]], source: Source) -> None:
    for node_id, name in inputs:
        object_of(nodes[node_id]["inputs"])[name] = [*source]


def chain_in(graph: ApiWorkflow) -> LoraChain | None:
    """The chain that was put into a graph, where there is one as `put_in` makes it."""
    ours = [node_id for node_id in graph if _is_ours(graph, node_id)]
    starts = {link[0] for node_id in ours if (link := link_of(inputs_of(graph, node_id).get("model")))}
    loaders = starts.difference(ours)
    if len(loaders) != 1:
        return None
    [loader] = loaders
    nodes = tuple(_followed(graph, loader, set(ours)))
    if set(nodes) != set(ours):
        return None
    loras = tuple(_lora(graph, node_id) for node_id in nodes)
    kinds = {class_of(graph, node_id) for node_id in nodes}
    known = tuple(lora for lora in loras if lora is not None)
    return (
        LoraChain(loader, nodes, known, kinds == {LORA_CLASS})
        if len(known) == len(nodes) and len(kinds) == 1
        else None
    )


def _is_ours(graph: ApiWorkflow, node_id: str) -> bool:
    return class_of(graph, node_id) in (LORA_CLASS, MODEL_LORA_CLASS) and title_of(graph, node_id) == TITLE


def _followed(graph: ApiWorkflow, loader: str, ours: set[str]) -> Iterator[str]:
    """From the loader on, as long as the model goes to one node only, which is ours."""
    users, at = all_users(graph), loader
    for _ in range(len(ours)):
        models = [node_id for node_id, _ in users.get((at, 0), ())]
        clips = [node_id for node_id, _ in users.get((at, 1), ())]
        if len(models) != 1 or models[0] not in ours or clips not in ([], models):
            return
        at = models[0]
        yield at


def _lora(graph: ApiWorkflow, node_id: str) -> Lora | None:
    inputs = inputs_of(graph, node_id)
    name, strength = text_of(inputs.get("lora_name")), number_of(inputs.get("strength_model"))
    is_even = inputs.get("strength_clip", strength) == strength
    return Lora(name, strength) if name and strength is not None and is_even else None


def taken_out(graph: ApiWorkflow, chain: LoraChain) -> dict[str, JsonObject]:
    """The graph as it was before the chain was put in."""
    nodes, users = copied(graph), all_users(graph)
    for output in (0, 1):
        _relink(nodes, users.get((chain.nodes[-1], output), []), (chain.loader, output))
    return {node_id: node for node_id, node in nodes.items() if node_id not in chain.nodes}
