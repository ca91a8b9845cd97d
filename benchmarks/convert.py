"""How long the conversion of canvas workflows takes, per node, against reading the same file as JSON.

    python benchmarks/convert.py [--repeat N]

The graphs are made here: chains of samplers fed by loaders, reroutes and bypassed nodes; and subgraphs nested
three deep. A linear conversion costs the same per node at every size.
"""

import argparse
import gc
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

from tui.workflow.convert import convert
from tui.workflow.definitions import NodeDefs

OBJECT_INFO: dict[str, Any] = {
    "Loader": {"input": {"required": {"file": [["a", "b"], {}]}}, "output": ["MODEL", "CLIP"]},
    "Text": {
        "input": {
            "required": {"text": ["STRING", {"multiline": True, "dynamicPrompts": True}], "clip": ["CLIP"]}
        },
        "output": ["COND"],
    },
    "Sample": {
        "input": {
            "required": {
                "model": ["MODEL"],
                "positive": ["COND"],
                "latent": ["LATENT"],
                "seed": ["INT", {"control_after_generate": True}],
                "steps": ["INT", {"default": 20}],
                "cfg": ["FLOAT", {"default": 8.0, "step": 0.1}],
                "mode": ["COMBO", {"options": ["slow", "fast"]}],
            }
        },
        "output": ["LATENT"],
    },
}
ROUND = ("Loader", "Text", "Sample", "Reroute", "Sample")
"""The types that follow each other; the last of each round is bypassed."""


def flat_graph(count: int, first: int = 1) -> dict[str, Any]:
    """`count` nodes: every round of five takes what the round before it made."""
    nodes: list[dict[str, Any]] = []
    links: list[list[Any]] = []

    def link(origin: int, slot: int, target: int, place: int, kind: str) -> int:
        links.append([len(links) + 1, origin, slot, target, place, kind])
        nodes[origin - first]["outputs"][slot]["links"].append(len(links))
        return len(links)

    for index in range(count):
        node_id, kind = first + index, ROUND[index % len(ROUND)]
        nodes.append(_node(node_id, kind))
        loader = node_id - index % len(ROUND)
        if kind == "Text":
            nodes[-1]["inputs"] = [_slot("clip", "CLIP", link(loader, 1, node_id, 0, "CLIP"))]
        elif kind == "Reroute":
            nodes[-1]["inputs"] = [_slot("", "*", link(node_id - 1, 0, node_id, 0, "LATENT"))]
        elif kind == "Sample":
            before = node_id - 1 if index % len(ROUND) == 4 else loader - 1
            nodes[-1]["mode"] = 4 if index % len(ROUND) == 4 else 0
            nodes[-1]["inputs"] = [
                _slot("model", "MODEL", link(loader, 0, node_id, 0, "MODEL")),
                _slot("positive", "COND", link(loader + 1, 0, node_id, 1, "COND")),
                *(
                    [_slot("latent", "LATENT", link(before, 0, node_id, 2, "LATENT"))]
                    if before >= first
                    else []
                ),
            ]
    return {"version": 0.4, "last_node_id": first + count, "nodes": nodes, "links": links}


def _node(node_id: int, kind: str) -> dict[str, Any]:
    outputs = OBJECT_INFO.get(kind, {"output": ["*"]})["output"]
    values = {"Loader": ["a"], "Text": ["a {cat} // on a mat"], "Sample": [node_id, "fixed", 20, 7.5, "fast"]}
    return {
        "id": node_id,
        "type": kind,
        "pos": [100, 200],
        "size": [300, 100],
        "flags": {},
        "order": node_id,
        "mode": 0,
        "inputs": [],
        "outputs": [{"name": name, "type": name, "links": []} for name in outputs],
        "properties": {"Node name for S&R": kind},
        "widgets_values": values.get(kind, []),
    }


def _slot(name: str, kind: str, link: int) -> dict[str, Any]:
    return {"name": name, "type": kind, "link": link}


def nested_graph(count: int) -> dict[str, Any]:
    """About `count` nodes when written out: subgraphs of a tenth of it, three deep, ten at the root."""
    inner = max(count // 10 // 3, 5)
    definitions: list[dict[str, Any]] = []
    for level in range(3):
        graph = flat_graph(inner, first=100_000 * (level + 1))
        links = [
            dict(
                zip(("id", "origin_id", "origin_slot", "target_id", "target_slot", "type"), link, strict=True)
            )
            for link in graph["links"]
        ]
        if level:
            graph["nodes"].append({**_node(900_000 + level, f"level{level - 1}"), "outputs": []})
        definitions.append({**graph, "id": f"level{level}", "links": links, "inputs": [], "outputs": []})
    instances: list[dict[str, Any]] = [{**_node(number, "level2"), "outputs": []} for number in range(1, 11)]
    return {"version": 0.4, "nodes": instances, "links": [], "definitions": {"subgraphs": definitions}}


def best_of(repeat: int, work: Callable[[], object]) -> float:
    """The median of `repeat` runs, in seconds; what was there before is kept out of garbage collections."""
    times: list[float] = []
    for _ in range(repeat):
        gc.collect()
        gc.freeze()
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


def measure(name: str, ui: dict[str, Any], repeat: int, floor_per_node: float | None) -> float:
    """One line of the table; returns the time per node."""
    text = json.dumps(ui)
    defs = NodeDefs(OBJECT_INFO)
    sent = len(convert(ui, defs).api)
    written_out = len(ui["nodes"]) if "definitions" not in ui else sent * len(ROUND) // 4
    reading = best_of(repeat, lambda: json.loads(text))
    converting = best_of(repeat, lambda: convert(ui, defs))
    per_node = converting / written_out
    ratio = per_node / floor_per_node if floor_per_node else 1
    print(
        f"| {name} | {written_out} | {len(text) / 1024:.0f} | {reading * 1000:.2f} | {converting * 1000:.2f} "
        f"| {per_node * 1e6:.1f} | {ratio:.2f} | {converting / reading:.1f} |"
    )
    return per_node


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=9)
    repeat: int = parser.parse_args().repeat
    heads = (
        "graph",
        "nodes",
        "KB",
        "json.loads ms",
        "convert ms",
        "µs per node",
        "× 100 nodes",
        "× json.loads",
    )
    print(f"| {' | '.join(heads)} |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for kind, make in (("flat", flat_graph), ("nested", nested_graph)):
        first: float | None = None
        for count in (100, 1000, 10_000):
            per_node = measure(f"{kind} {count}", make(count), repeat, first)
            first = first or per_node


if __name__ == "__main__":
    main()
