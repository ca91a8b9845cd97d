"""An A1111 with the ControlNet extension: its lists, and its part of a job.

As in Mikubill's extension and Forge's own: the models' list begins with "None", and the map that a
preprocessor made comes behind the pictures.
"""

import base64
import json
from typing import Any

from aiohttp import web

from tests.support.a1111_server import A1111Server, picture

MODELS = ("None", "tiny_depth [cfd03158]", "tiny_canny [e3fe7712]")
PREPROCESSORS = ("depth_midas", "None", "canny")


class ControlNetServer(A1111Server):
    """Its memory."""

    def __init__(self, dialect: str = "ui") -> None:
        super().__init__(dialect)
        self.models: tuple[str, ...] = MODELS
        self.scripts = ("controlnet",)
        self.fails_silently = False

    def app(self) -> web.Application:
        """The routes of the extension besides."""
        app = super().app()
        app.router.add_get("/controlnet/model_list", self._get_controlnets)
        app.router.add_get("/controlnet/module_list", self._get_preprocessors)
        return app

    async def _get_controlnets(self, request: web.Request) -> web.Response:
        return web.json_response({"model_list": list(self.models)})

    async def _get_preprocessors(self, request: web.Request) -> web.Response:
        return web.json_response({"module_list": list(PREPROCESSORS), "module_detail": {}})

    def _answer(self, body: dict[str, Any], sampler: str, schedule: str, checkpoint: str) -> dict[str, Any]:
        answer = super()._answer(body, sampler, schedule, checkpoint)
        info = json.loads(answer["info"])
        for unit in body.get("alwayson_scripts", {}).get("controlnet", {}).get("args", ()):
            base64.b64decode(unit["image"], validate=True)
            answer["images"].append(base64.b64encode(picture(99, (64, 64))).decode())
            if not self.fails_silently:
                info["extra_generation_params"]["ControlNet 0"] = f"Model: {unit['model']}"
        return answer | {"info": json.dumps(info)}
