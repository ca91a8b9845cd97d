"""A small SD.Next for the tests, true to a real one (058a7f0) where it is unlike A1111.

A job is done in parts. Each has its own name and id, counts anew, and forgets an interrupt; between them the
server seems idle for moments. The model is named in the infotext only. Only options that were saved are
listed. Nothing is made while no model is loaded, and that is no error.
"""

import asyncio
import json
from typing import Any

from aiohttp import web

from tests.support.a1111_server import A1111Server


class SdNextServer(A1111Server):
    """Its memory."""

    def __init__(self, **options: Any) -> None:
        super().__init__("sdnext", **options)
        self.options = {"sd_model_checkpoint": "tiny_a.safetensors"}
        self.looked = asyncio.Event()
        """Somebody asked how far it is."""

        self.waits_in_gap_for_look = False
        """Whether the next job pauses before it samples until somebody has asked."""

    def app(self) -> web.Application:
        """The routes of SD.Next: its own way to load a model besides."""
        app = super().app()
        app.router.add_post("/sdapi/v1/checkpoint", self._load)
        return app

    async def _load(self, request: web.Request) -> web.Response:
        self.options["sd_model_checkpoint"] = request.query["sd_model_checkpoint"]
        return web.json_response({"ok": True})

    async def _get_options(self, request: web.Request) -> web.Response:
        return web.json_response(self.options)

    async def _get_progress(self, request: web.Request) -> web.Response:
        answer = await super()._get_progress(request)
        self.looked.set()
        return answer

    async def _paint(
        self, body: dict[str, Any], kind: str, task: str, sampler: str, schedule: str
    ) -> web.Response:
        self._running_prompt = body.get("prompt", "")
        self._current_task = None
        if "sd_model_checkpoint" not in self.options:
            return web.json_response({"images": [], "parameters": {}, "info": ""})
        asked = (body.get("override_settings") or {}).get("sd_model_checkpoint")
        await self._part("Process", 1)
        if self.waits_in_gap_for_look:
            self.waits_in_gap_for_look = False
            self.looked.clear()
            await self.looked.wait()
        await self._part("Inference", body.get("steps", 20))
        await self._part("VAE Decode", 1)
        return web.json_response(self._answer(body, sampler, schedule, str(asked or "tiny_a")))

    async def _part(self, name: str, steps: int) -> None:
        samples = name == "Inference"
        self._reset_state(job=name, job_count=1, sampling_steps=0)
        for step in range(1, steps + 1):
            await asyncio.sleep(self.step_seconds)
            if self.state["interrupted"]:
                break
            if samples:
                self.state.update(sampling_step=step, sampling_steps=steps)
        self.state.update(id="", job="", job_count=0, sampling_step=0, sampling_steps=0)
        await asyncio.sleep(0)

    def _answer(self, body: dict[str, Any], sampler: str, schedule: str, checkpoint: str) -> dict[str, Any]:
        answer = super()._answer(body, sampler, schedule, checkpoint)
        info = json.loads(answer["info"])
        name = checkpoint.removesuffix(".safetensors")
        model = name if name in {"tiny_a", "tiny_b"} else "tiny_a"  # an unknown one is passed over silently
        info["infotexts"] = [f"{text}, App: SD.Next, Model: {model}" for text in info["infotexts"]]
        for key in ("sd_model_name", "version"):
            del info[key]
        return answer | {"info": json.dumps(info)}
