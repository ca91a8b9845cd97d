"""What works the queue of the tests' InvokeAI off, and tells of it as the real one does."""

import asyncio
import base64
from io import BytesIO
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from PIL import Image

from tests.support.invokeai_items import Item

if TYPE_CHECKING:
    from tests.support.invokeai_server import InvokeAIServer


class Worker:
    """One item after the other; a cancelled one is left at its next step."""

    def __init__(self, server: "InvokeAIServer") -> None:
        self._server = server
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look at the queue again."""
        self._woken.set()

    def next_item(self) -> Item | None:
        """The oldest that waits."""
        return next((item for item in self._server.items.values() if item.status == "pending"), None)

    async def work(self) -> None:
        """Until cancelled."""
        while True:
            item = self.next_item()
            if item is None or item.is_unreadable or self._server.is_paused:
                self._woken.clear()
                await self._woken.wait()
                continue
            await self._run(item)

    async def tell(self, event: str, payload: dict[str, Any]) -> None:
        """To whoever subscribed, since that connect."""
        await self._server.sio.emit(event, payload, room="default")

    async def tell_status(self, item: Item) -> None:
        """The item's new status."""
        error = {"error_type": "Exception", "error_message": item.error} if item.error else {}
        await self.tell("queue_item_status_changed", {**_about(item), "status": item.status, **error})

    async def _run(self, item: Item) -> None:
        item.status = "in_progress"
        await self.tell_status(item)
        for node in item.graph["nodes"].values():
            await self.tell("invocation_started", _of_node(item, node))
            if not await self._node(item, node):
                return
        item.status = "completed"
        await self.tell_status(item)

    async def _node(self, item: Item, node: dict[str, Any]) -> bool:
        """Whether the item goes on."""
        model = node.get("model")
        if model and model["key"] not in {known["key"] for known in self._server.models}:
            item.status, item.error = "failed", f"Unknown model {model['key']}"
            await self.tell_status(item)
            return False
        if node["type"] == "denoise_latents":
            return await self._denoise(item, node)
        if node["id"].startswith("out_"):
            name = f"{uuid4()}.png"
            self._server.pictures[name] = _picture(item, node)
            item.results[node["id"]] = name
            result = {"type": "image_output", "image": {"image_name": name}}
            await self.tell("invocation_complete", {**_of_node(item, node), "result": result})
        return True

    async def _denoise(self, item: Item, node: dict[str, Any]) -> bool:
        total = max(1, round(node["steps"] * (1 - node["denoising_start"])))
        for step in range(total + 1):
            progress = {
                "message": "Denoising",
                "percentage": step / total,
                "image": _preview(step),
                "device": "cpu",
            }
            await self.tell("invocation_progress", {**_of_node(item, node), **progress})
            await asyncio.sleep(self._server.step_delay)
            if item.status == "canceled" or item.item_id not in self._server.items:
                return False
        return True


def _about(item: Item) -> dict[str, Any]:
    return {
        "queue_id": "default",
        "item_id": item.item_id,
        "batch_id": item.batch_id,
        "origin": item.origin,
        "destination": item.destination,
        "user_id": "system",
    }


def _of_node(item: Item, node: dict[str, Any]) -> dict[str, Any]:
    return {
        **_about(item),
        "invocation": {"id": str(uuid4()), "type": node["type"]},
        "invocation_source_id": node["id"],
    }


def _picture(item: Item, node: dict[str, Any]) -> bytes:
    noise = item.graph["nodes"].get(node["id"].replace("out_", "noise_"), {})
    size = (noise.get("width", 64), noise.get("height", 64))
    seed = noise.get("seed", 0)
    return _encoded(Image.new("RGB", size, (seed % 256, seed // 256 % 256, seed // 65536 % 256)), "PNG")


def _preview(step: int) -> dict[str, Any]:
    data = _encoded(Image.new("RGB", (8, 8), (step % 256, 64, 64)), "JPEG")
    url = f"data:image/jpeg;base64,{base64.b64encode(data).decode()}"
    return {"width": 64, "height": 64, "dataURL": url}


def _encoded(picture: Image.Image, kind: str) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, format=kind)
    return buffer.getvalue()
