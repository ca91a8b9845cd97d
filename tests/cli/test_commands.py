"""The commands around generating: status, models, workflows, config, jobs."""

import json
from pathlib import Path

from tests.cli.conftest import Latentui
from tests.support.engine_process import EngineProcess

At = tuple[str, ...]


async def test_status_tells_who_answers(latentui: Latentui, engine: EngineProcess, at: At) -> None:
    ended = await latentui("status", *at)
    assert ended.code == 0
    assert "embedded engine, procedural pictures" in ended.out
    (tree,) = json.loads((await latentui("status", *at, "--json")).out)
    assert tree["state"] == "connected"
    assert tree["status"]["product"] == "ComfyUI"
    await engine.kill()
    ended = await latentui("status", *at)
    assert ended.code == 3
    assert "refused the connection" in ended.out


async def test_models_lists_what_the_server_has(latentui: Latentui, at: At) -> None:
    tree = json.loads((await latentui("models", *at, "--json")).out)
    assert tree["checkpoints"] == ["procedural-painter.safetensors"]
    assert "euler" in tree["samplers"]
    text = (await latentui("models", *at)).out
    assert "checkpoints:\n  procedural-painter.safetensors\n" in text


async def test_workflows_lists_the_templates(latentui: Latentui) -> None:
    ended = await latentui("workflows", "--json")
    names = [tree["name"] for tree in json.loads(ended.out)]
    assert names == [
        "txt2img_default",
        "img2img_default",
        "inpaint_masked",
        "controlnet_canny",
        "upscale_model",
    ]


async def test_config_shows_what_holds_and_masks_keys(latentui: Latentui) -> None:
    path = (await latentui("config", "path")).out.strip()

    settings = Path(path)
    settings.parent.mkdir(parents=True)
    settings.write_text(
        '[servers.comfyui]\napi_key = "sk-123"\n[servers.comfyui.headers]\nX-Key = "sk-456"\n'
    )
    shown = (await latentui("config", "show")).out
    assert "sk-" not in shown
    assert "api_key" in shown
    settings.write_text("theme = [\n")
    ended = await latentui("config", "show")
    assert ended.code == 2
    assert "not valid TOML" in ended.err


async def test_a_job_is_found_again_after_its_program_ended(latentui: Latentui, at: At) -> None:
    await latentui("generate", "a red fox", *at, "--size", "128x96", "--steps", "2", "-o", "out/")
    (tree,) = json.loads((await latentui("jobs", "--json")).out)
    assert (tree["status"], tree["prompt"]) == ("completed", "a red fox")
    shown = (await latentui("jobs", "show", tree["id"][:8])).out
    assert "steps: 2" in shown
    assert tree["outputs"][0]["path"] in shown
    assert (await latentui("jobs", "drop", tree["id"])).code == 0
    assert json.loads((await latentui("jobs", "--json")).out) == []
    assert (await latentui("jobs", "show", tree["id"])).code == 2


async def test_a_detached_job_is_made_meanwhile_and_waited_for(latentui: Latentui, at: At) -> None:
    ended = await latentui(
        "generate", "a red fox", *at, "--size", "128x96", "--steps", "2", "-o", "out/", "--detach"
    )
    job_id = ended.out.strip()
    waited = await latentui("generate", "--wait", job_id, "--json")
    assert waited.code == 0
    assert waited.named("output")
    assert waited.events[-1] == {"event": "completed", "job": job_id}


async def test_the_studio_without_a_terminal_says_what_to_do(latentui: Latentui) -> None:
    ended = await latentui("--demo")
    assert ended.code == 2
    assert "needs a terminal" in ended.err
