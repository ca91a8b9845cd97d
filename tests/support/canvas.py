"""Canvas workflows written in code, and a small server's node classes for them."""

import random
from datetime import UTC, datetime
from typing import Any

from tui.workflow.convert import convert
from tui.workflow.definitions import NodeDefs

NOON = datetime(2026, 3, 7, 12, 5, 9, tzinfo=UTC)


def _class(required: dict[str, Any], output: list[str], **more: Any) -> dict[str, Any]:
    names = more.pop("output_name", output)
    return {
        "input": {"required": required, "optional": more.pop("optional", {})},
        "output": output,
        "output_name": names,
        "output_node": more.pop("output_node", False),
        "display_name": more.pop("display_name", ""),
        "python_module": more.pop("python_module", "nodes"),
        **more,
    }


OBJECT_INFO: dict[str, Any] = {
    "Loader": _class(
        {"file": [["a.safetensors", "b.safetensors"], {}]},
        ["MODEL", "CLIP"],
        display_name="Load Model",
    ),
    "Encode": _class(
        {"text": ["STRING", {"multiline": True, "dynamicPrompts": True}], "clip": ["CLIP"]}, ["COND"]
    ),
    "Sample": _class(
        {
            "model": ["MODEL"],
            "seed": ["INT", {"default": 0, "control_after_generate": True, "max": 2**64 - 1}],
            "steps": ["INT", {"default": 20, "min": 1, "max": 100}],
            "cfg": ["FLOAT", {"default": 8.0, "min": 0.0, "max": 100.0, "step": 0.1, "round": 0.01}],
            "mode": ["COMBO", {"options": ["slow", "fast"]}],
            "positive": ["COND"],
            "latent": ["LATENT"],
        },
        ["LATENT"],
        display_name="Sampler",
    ),
    "Latent": _class(
        {
            "width": ["INT", {"default": 512, "min": 16, "max": 1024, "step": 8}],
            "height": ["INT", {"default": 512, "min": 16, "max": 1024, "step": 8}],
        },
        ["LATENT"],
    ),
    "Blend": _class({"one": ["MODEL"], "two": ["MODEL"], "clip": ["CLIP"]}, ["MODEL", "CLIP"]),
    "Picture": _class({"image": [["cat.png"], {"image_upload": True}]}, ["IMAGE"]),
    "SaveImage": _class(
        {"images": ["LATENT"], "filename_prefix": ["STRING", {"default": "ComfyUI"}]}, [], output_node=True
    ),
    "Switchboard": _class(
        {
            "format": [
                "COMFY_DYNAMICCOMBO_V3",
                {
                    "options": [
                        {"key": "png", "inputs": {"required": {"level": ["INT", {"default": 6, "max": 9}]}}},
                        {
                            "key": "video",
                            "inputs": {
                                "required": {
                                    "codec": [
                                        "COMFY_DYNAMICCOMBO_V3",
                                        {
                                            "options": [
                                                {"key": "h264", "inputs": {"required": {"crf": ["INT", {}]}}},
                                                {"key": "raw", "inputs": {}},
                                            ]
                                        },
                                    ]
                                },
                                "optional": {"sound": ["AUDIO"]},
                            },
                        },
                    ]
                },
            ],
            "name": ["STRING", {"default": "out"}],
        },
        ["STRING"],
    ),
    "Batch": _class(
        {
            "images": [
                "COMFY_AUTOGROW_V3",
                {
                    "template": {
                        "input": {"required": {"image": ["IMAGE"]}},
                        "prefix": "image",
                        "min": 2,
                        "max": 5,
                    }
                },
            ]
        },
        ["IMAGE"],
    ),
    "Curves": _class({"curve": ["CURVE", {}], "colours": ["COLORS", {"default": ["#f00"]}]}, ["IMAGE"]),
    "Forced": _class(
        {"size": ["INT", {"forceInput": True}], "name": ["STRING", {}]},
        ["INT"],
        optional={"extra": ["INT", {"defaultInput": True}], "last": ["BOOLEAN", {}]},
    ),
    "CustomCombo": _class({"choice": ["COMBO", {"options": []}]}, ["STRING", "INT"]),
    "KSampler": _class({"sampler_name": [["euler", "dpm"], {}], "denoise": ["FLOAT", {}]}, ["LATENT"]),
    "Video": _class(
        {"rate": ["INT", {}], "name": ["STRING", {}]}, ["VIDEO"], python_module="custom_nodes.video-pack"
    ),
    "Ordered": _class(
        {"late": ["INT", {}], "early": ["STRING", {}]}, [], input_order={"required": ["early", "late"]}
    ),
}
DEFS = NodeDefs(OBJECT_INFO)


def node(node_id: Any, node_type: str, values: Any = None, **more: Any) -> dict[str, Any]:
    """A saved node; `inputs` are (name, link) or (name, link, widget), `outputs` lists of link ids."""
    inputs = [
        {"name": name, "type": kind, "link": link, **({"widget": {"name": name}} if is_widget else {})}
        for name, kind, link, is_widget in (_input(item) for item in more.pop("inputs", ()))
    ]
    outputs = [{"name": kind, "type": kind, "links": list(links)} for kind, links in more.pop("outputs", ())]
    saved = {"id": node_id, "type": node_type, "mode": 0, "inputs": inputs, "outputs": outputs, **more}
    return saved if values is None else {**saved, "widgets_values": values}


def _input(item: tuple[Any, ...]) -> tuple[Any, ...]:
    name, kind, link, *rest = item
    return name, kind, link, bool(rest)


def canvas(*nodes: dict[str, Any], links: Any = (), **more: Any) -> dict[str, Any]:
    """A saved root graph of version 0.4."""
    return {"version": 0.4, "nodes": list(nodes), "links": [list(link) for link in links], **more}


def definition(
    name: str, *nodes: dict[str, Any], links: Any = (), inputs: Any = (), outputs: Any = (), **more: Any
) -> dict[str, Any]:
    """A saved subgraph; ports are (name, type, link ids)."""
    keys = ("id", "origin_id", "origin_slot", "target_id", "target_slot", "type")
    return {
        "id": name,
        "name": name.title(),
        "nodes": list(nodes),
        "links": [dict(zip(keys, link, strict=True)) for link in links],
        "inputs": [_port(*port) for port in inputs],
        "outputs": [_port(*port) for port in outputs],
        **more,
    }


def _port(name: str, kind: str, links: list[int]) -> dict[str, Any]:
    return {"id": name, "name": name, "type": kind, "linkIds": links}


def with_subgraphs(ui: dict[str, Any], *definitions: dict[str, Any]) -> dict[str, Any]:
    """The canvas with these subgraph definitions."""
    return {**ui, "definitions": {"subgraphs": list(definitions)}}


def converted(ui: dict[str, Any]) -> Any:
    """The `Conversion` for the small server, at noon; without a type, for tests read JSON in it."""
    return convert(ui, DEFS, rng=random.Random(1), now=NOON)


def inputs(ui: dict[str, Any], node_id: str) -> dict[str, Any]:
    """The inputs of one node of the API graph."""
    found: Any = converted(ui).api[node_id]["inputs"]
    return found
