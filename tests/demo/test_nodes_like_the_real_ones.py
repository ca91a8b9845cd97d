"""The same model-free graphs on a real ComfyUI and on the embedded engine: the pictures must agree.

Runs when LATENTUI_LIVE_COMFYUI holds the real server's address.
"""

import os
from io import BytesIO
from typing import Any

import aiohttp
import pytest
from PIL import Image, ImageChops, ImageStat

from tests.support.engine_client import images, listening
from tui.demo.server import EmbeddedEngine

REAL = os.environ.get("LATENTUI_LIVE_COMFYUI", "")
pytestmark = [pytest.mark.live, pytest.mark.skipif(not REAL, reason="needs LATENTUI_LIVE_COMFYUI")]

Node = tuple[str, dict[str, Any]]
P, M = ["picture", 0], ["mask", 0]

IMAGE_NODES: dict[str, tuple[Node, float]] = {
    "invert": (("ImageInvert", {"image": P}), 1),
    "scale": (
        (
            "ImageScale",
            {"image": P, "upscale_method": "bilinear", "width": 96, "height": 64, "crop": "center"},
        ),
        3,
    ),
    "scale lanczos": (
        (
            "ImageScale",
            {"image": P, "upscale_method": "lanczos", "width": 200, "height": 0, "crop": "disabled"},
        ),
        1,
    ),
    "scale by": (("ImageScaleBy", {"image": P, "upscale_method": "area", "scale_by": 0.5}), 1),
    "scale nearest": (("ImageScaleBy", {"image": P, "upscale_method": "nearest-exact", "scale_by": 1.7}), 2),
    "total pixels": (
        (
            "ImageScaleToTotalPixels",
            {"image": P, "upscale_method": "lanczos", "megapixels": 0.05, "resolution_steps": 1},
        ),
        1,
    ),
    "blur": (("ImageBlur", {"image": P, "blur_radius": 8, "sigma": 3.0}), 3),
    "sharpen": (("ImageSharpen", {"image": P, "sharpen_radius": 3, "sigma": 1.0, "alpha": 1.0}), 4),
    "crop": (("ImageCrop", {"image": P, "width": 50, "height": 40, "x": 100, "y": 20}), 0.1),
    "composite": (
        (
            "ImageCompositeMasked",
            {"destination": P, "source": ["other", 0], "x": 0, "y": 0, "resize_source": False, "mask": M},
        ),
        1,
    ),
    "composite aside": (
        (
            "ImageCompositeMasked",
            {"destination": P, "source": ["other", 0], "x": 40, "y": 90, "resize_source": False},
        ),
        0.6,
    ),
    "pad": (
        (
            "ImagePadForOutpaint",
            {"image": P, "left": 16, "top": 0, "right": 24, "bottom": 8, "feathering": 20},
        ),
        0.8,
    ),
    "repeat": (("RepeatImageBatch", {"image": P, "amount": 2}), 0.1),
    "canny": (("Canny", {"image": P, "low_threshold": 0.2, "high_threshold": 0.4}), 12),
}
MASK_NODES: dict[str, tuple[Node, float]] = {
    "as it is": (("InvertMask", {"mask": M}), 0.6),
    "grow": (("GrowMask", {"mask": M, "expand": 6, "tapered_corners": True}), 0.6),
    "grow square": (("GrowMask", {"mask": M, "expand": 5, "tapered_corners": False}), 0.6),
    "shrink": (("GrowMask", {"mask": M, "expand": -4, "tapered_corners": True}), 0.6),
    "feather": (
        ("FeatherMask", {"mask": ["solid", 0], "left": 30, "top": 10, "right": 0, "bottom": 60}),
        0.8,
    ),
    "threshold": (("ThresholdMask", {"mask": ["tones", 0], "value": 0.4}), 0.6),
    "add": (
        ("MaskComposite", {"destination": M, "source": ["tones", 0], "x": 20, "y": 30, "operation": "add"}),
        0.8,
    ),
    "multiply": (
        (
            "MaskComposite",
            {"destination": M, "source": ["tones", 0], "x": 0, "y": 0, "operation": "multiply"},
        ),
        0.8,
    ),
    "subtract": (
        (
            "MaskComposite",
            {"destination": M, "source": ["tones", 0], "x": 9, "y": 0, "operation": "subtract"},
        ),
        0.8,
    ),
    "xor": (
        ("MaskComposite", {"destination": M, "source": ["tones", 0], "x": 0, "y": 0, "operation": "xor"}),
        2,
    ),
    "crop": (("CropMask", {"mask": ["tones", 0], "x": 30, "y": 40, "width": 60, "height": 200}), 0.6),
    "outpaint": (("InvertMask", {"mask": ["padded", 1]}), 0.8),
    "alpha": (("InvertMask", {"mask": ["cut out", 1]}), 0.6),
}


@pytest.mark.parametrize("name", IMAGE_NODES)
async def test_an_image_node_does_what_the_real_one_does(engine: EmbeddedEngine, name: str) -> None:
    (class_type, inputs), tolerance = IMAGE_NODES[name]
    graph = _around({"tested": {"class_type": class_type, "inputs": inputs}}, ["tested", 0])

    await _compare(engine, graph, tolerance)


@pytest.mark.parametrize("name", MASK_NODES)
async def test_a_mask_node_does_what_the_real_one_does(engine: EmbeddedEngine, name: str) -> None:
    (class_type, inputs), tolerance = MASK_NODES[name]
    tested = {
        "tested": {"class_type": class_type, "inputs": inputs},
        "shown": {"class_type": "MaskToImage", "inputs": {"mask": ["tested", 0]}},
    }

    await _compare(engine, _around(tested, ["shown", 0]), tolerance)


def _around(tested: dict[str, Any], shown: list[Any]) -> dict[str, Any]:
    pad = {"image": P, "left": 24, "top": 8, "right": 0, "bottom": 16, "feathering": 24}
    return {
        "picture": {"class_type": "LoadImage", "inputs": {"image": "latentui_probe.png"}},
        "cut out": {"class_type": "LoadImage", "inputs": {"image": "latentui_probe_cut.png"}},
        "other": {"class_type": "ImageInvert", "inputs": {"image": P}},
        "mask": {
            "class_type": "LoadImageMask",
            "inputs": {"image": "latentui_probe_mask.png", "channel": "red"},
        },
        "tones": {"class_type": "ImageToMask", "inputs": {"image": P, "channel": "green"}},
        "solid": {"class_type": "SolidMask", "inputs": {"value": 1.0, "width": 128, "height": 96}},
        "padded": {"class_type": "ImagePadForOutpaint", "inputs": pad},
        **tested,
        "kept": {"class_type": "PreviewImage", "inputs": {"images": shown}},
    }


async def _compare(engine: EmbeddedEngine, graph: dict[str, Any], tolerance: float) -> None:
    names = {
        "example.png": "latentui_probe.png",
        "mask.png": "latentui_probe_mask.png",
        "masked.png": "latentui_probe_cut.png",
    }
    results: list[list[Image.Image]] = []
    for url in (engine.url, REAL):
        async with listening(url) as client:
            for source, name in names.items():
                await _upload(client.http, url, name, (engine.folder / "input" / source).read_bytes())
            entry = await client.run(graph)
            assert entry["status"]["completed"], entry["status"]
            found = [await client.picture(image) for image in images(entry)]
            results.append([Image.open(BytesIO(data)).convert("RGB") for data in found])
    ours, theirs = results
    assert [picture.size for picture in ours] == [picture.size for picture in theirs]
    for mine, real in zip(ours, theirs, strict=True):
        mean = max(ImageStat.Stat(ImageChops.difference(mine, real)).mean)
        assert mean <= tolerance


async def _upload(http: aiohttp.ClientSession, url: str, name: str, data: bytes) -> None:
    form = aiohttp.FormData({"overwrite": "true"})
    form.add_field("image", data, filename=name, content_type="image/png")
    async with http.post(f"{url}/upload/image", data=form) as response:
        assert response.status == 200
