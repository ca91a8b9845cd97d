"""What the tests' Fooocus-API makes of the bodies that it is sent."""

import base64
import binascii
from io import BytesIO
from typing import Any

from PIL import Image

from tests.support.fooocus_recordings import answer

STEPS = {"Speed": 30, "Quality": 60, "Extreme Speed": 8, "Lightning": 4, "Hyper-SD": 4}

KINDS = {
    "text-to-image": "Text to Image",
    "image-upscale-vary": "Image Upscale or Variation",
    "image-inpaint-outpaint": "Image Inpaint or Outpaint",
    "image-prompt": "Image Prompt",
}


def completed(body: dict[str, Any]) -> dict[str, Any]:
    """The body with the defaults of what was left out; what is not known is replaced without a word."""
    usual = {
        "prompt": "",
        "performance_selection": "Speed",
        "image_number": 1,
        "image_seed": 1,
        "aspect_ratios_selection": "1152*896",
        "advanced_params": {},
    }
    return {**usual, **body}


def faults(path: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    if body.get("performance_selection", "Speed") not in STEPS:
        return answer("error_422_enum")["detail"]
    if any("enabled" not in lora or abs(lora["weight"]) > 2 for lora in body.get("loras", ())):
        return answer("loras_422")["detail"]
    if not 1 <= body.get("image_number", 1) <= 32:
        return answer("error_422_range")["detail"]
    if path.endswith("image-prompt") and "image_prompts" not in body:
        return answer("v2_image_prompt_missing_422")["detail"]
    return []


def are_pictures(body: dict[str, Any]) -> bool:
    given = [body.get("input_image"), body.get("input_mask")]
    given += [prompt["cn_img"] for prompt in body.get("image_prompts", ())]
    try:
        for text in filter(None, given):
            Image.open(BytesIO(base64.b64decode(text, validate=True))).verify()
    except (binascii.Error, OSError):
        return False
    return True


def png(seed: int, width: int, height: int) -> bytes:
    buffer = BytesIO()
    colour = (seed % 251, seed // 251 % 241, seed // 60491 % 239)
    Image.new("RGB", (width, height), colour).save(buffer, format="PNG")
    return buffer.getvalue()
