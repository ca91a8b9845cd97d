"""A question in the form every OpenAI-like chat server takes."""

import base64
from typing import Any

from tui.domain.chat import ChatRequest


def chat_body(request: ChatRequest, model: str | None) -> dict[str, Any]:
    """The body of `POST /v1/chat/completions`, streaming."""
    body: dict[str, Any] = {
        "messages": [
            {"role": "system", "content": request.instructions},
            {"role": "user", "content": _content(request)},
        ],
        "stream": True,
        "temperature": request.temperature,
        "max_tokens": request.maximum_tokens,
    }
    if model:
        body["model"] = model
    if request.seed is not None:
        body["seed"] = request.seed
    return body


def _content(request: ChatRequest) -> str | list[dict[str, Any]]:
    if request.picture is None:
        return request.text
    # PNG or JPEG only: WebP is refused by LM Studio and llama.cpp
    kind = "png" if request.picture.startswith(b"\x89PNG") else "jpeg"
    url = f"data:image/{kind};base64,{base64.b64encode(request.picture).decode()}"
    return [{"type": "text", "text": request.text}, {"type": "image_url", "image_url": {"url": url}}]
