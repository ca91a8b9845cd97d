"""A workflow, the picture it makes, the workflow in the picture: through the services and a real socket."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.engine_canvas import txt2img_canvas
from tui.demo.server import EmbeddedEngine
from tui.domain.arrangement import Arrangement
from tui.domain.errors import InputError
from tui.domain.forms import Form
from tui.domain.job import JobStatus
from tui.domain.request import FieldValue, Lora
from tui.domain.settings import ServerKind, ServerSettings
from tui.media.metadata import read_texts
from tui.services.bundle import Services, open_services
from tui.services.workflow_values import checked_values
from tui.storage.paths import Paths

SERVER = "engine"


@dataclass(frozen=True, slots=True)
class Studio:
    """The services of a profile, and one server."""

    services: Services
    folder: Path

    async def make(self, workflow: str, values: Mapping[str, FieldValue]) -> Path:
        """The picture of one job."""
        request = await self.services.workflows.request(SERVER, workflow, values)
        job = await self.services.generation.submit(SERVER, request)
        job = await self.services.generation.wait(job.id)
        assert job.status is JobStatus.COMPLETED, (job.error_title, job.error_advice)
        return Path(job.outputs[0].path)

    async def form(self, workflow: str) -> Form:
        """The form of a workflow."""
        return await self.services.workflows.form(SERVER, workflow)

    def write(self, name: str, data: object) -> str:
        """The path of a JSON file."""
        path = self.folder / name
        path.write_text(json.dumps(data))
        return str(path)


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[Studio]:
    paths = Paths(**{name: tmp_path / name for name in ("config", "data", "state", "cache", "pictures")})
    paths.config.mkdir()
    paths.settings_file.write_text(f'pictures_folder = "{paths.pictures}"\n')
    async with EmbeddedEngine(step_delay=0) as engine, open_services(paths, watches=False) as services:
        server = ServerSettings(name=SERVER, kind=ServerKind.COMFYUI, url=engine.url, is_enabled=True)
        services.connections.add(server)
        yield Studio(services, tmp_path)


def values_in(form: Form) -> Mapping[str, FieldValue]:
    """What the form would send if it was left alone."""
    return checked_values(form, None, {})[0]


async def test_changed_values_are_seen_when_the_new_picture_is_opened(studio: Studio) -> None:
    first = await studio.make(studio.write("canvas.json", txt2img_canvas()), {"seed": 41})
    opened = values_in(await studio.form(str(first)))
    assert (opened["prompt"], opened["steps"], opened["seed"]) == ("a red fox", 4, 41)

    changes: dict[str, FieldValue] = {"prompt": "an owl at night", "How many steps": 6, "cfg_scale": "5.5"}
    second = await studio.make(str(first), changes)
    again = values_in(await studio.form(str(second)))
    assert (again["prompt"], again["steps"], again["cfg_scale"]) == ("an owl at night", 6, 5.5)
    same = {"prompt", "steps", "cfg_scale"}
    assert {k: v for k, v in again.items() if k not in same} == {
        k: v for k, v in opened.items() if k not in same
    }


async def test_the_canvas_in_the_new_picture_has_the_changed_values_too(studio: Studio) -> None:
    made = await studio.make(
        studio.write("canvas.json", txt2img_canvas()), {"prompt": "an owl", "steps": 6, "seed": 9}
    )
    canvas: Any = json.loads(read_texts(made)["workflow"])
    values = {node["id"]: node.get("widgets_values") for node in canvas["nodes"]}
    assert values[6] == ["an owl"]
    assert values[11][0] == 6  # the primitive that drives the sampler's steps
    assert values[3][0] == 9
    reopened = values_in(await studio.form(studio.write("again.json", canvas)))
    assert (reopened["prompt"], reopened["steps"]) == ("an owl", 6)


async def test_app_mode_decides_which_fields_stand_in_front(studio: Studio) -> None:
    extra = {"linearData": {"inputs": [["11", "value"], [6, "text"], ["99", "gone"]], "outputs": [9]}}
    form = await studio.form(studio.write("app.json", txt2img_canvas(extra=extra)))
    front = [field.name for field in form.fields if not field.is_advanced]
    assert front == ["steps", "prompt"]
    await studio.make(str(studio.folder / "app.json"), {"Steps": 3, "seed": 1})


async def test_an_arrangement_is_kept_for_the_workflow_and_its_pictures(studio: Studio) -> None:
    path = studio.write("canvas.json", txt2img_canvas())
    wishes = Arrangement().pin("CheckpointLoaderSimple.ckpt_name").pin("sampler").hide("denoise")
    wishes = wishes.rename("sampler", "How").move("sampler", -1)
    form = await studio.services.workflows.arrange(SERVER, path, wishes)
    assert [field.name for field in form.fields][:1] == ["sampler"]
    assert form.fields[0].label == "How"
    denoise = form.field("denoise")
    assert denoise is not None
    assert denoise.is_hidden
    made = await studio.make(path, {"How": "dpmpp_2m", "seed": 3})
    assert (await studio.form(str(made))).fields[0].label == "How"
    assert await studio.services.workflows.arrangement(SERVER, str(made)) == wishes


async def test_a_pasted_workflow_and_a_copy_of_it_run(studio: Studio) -> None:
    workflows = studio.services.workflows
    name = await workflows.paste(json.dumps(txt2img_canvas()), "from the clipboard")
    copy = await workflows.save_copy(SERVER, name, "my foxes", {"prompt": "two foxes", "seed": 5})
    assert (copy.name, copy.source) == ("my foxes", "mine")
    assert values_in(await studio.form("my foxes"))["prompt"] == "two foxes"
    await studio.make("my foxes", {})
    listed = {summary.name: summary.source for summary in await workflows.list(SERVER)}
    assert listed["my foxes"] == "mine"
    await studio.make(name, {"seed": 6})
    assert {summary.path for summary in await workflows.list(SERVER) if summary.source == "recent"} == {name}


@pytest.mark.parametrize("content", ["", "no json", "[]", "{}", '{"nodes": 3}', b"\xff\xfe\x00", "[" * 9999])
async def test_what_is_pasted_and_no_workflow_gets_a_sentence(studio: Studio, content: str | bytes) -> None:
    with pytest.raises(InputError) as caught:
        await studio.form(await studio.services.workflows.paste(content))
    assert caught.value.sentence


async def test_workflows_saved_on_the_server_are_listed_and_run(studio: Studio) -> None:
    backend = studio.services.connections.image_backend(SERVER)
    url = backend.settings.url
    import httpx

    async with httpx.AsyncClient() as http:
        body = json.dumps(txt2img_canvas())
        answer = await http.post(f"{url}/userdata/workflows%2Fsub%2Ffox.json", content=body)
        assert answer.is_success
    workflows = studio.services.workflows
    [found] = [summary for summary in await workflows.list(SERVER) if summary.source == "server"]
    assert (found.name, found.title) == ("server:saved/sub/fox.json", "sub/fox")
    await studio.make(found.name, {"seed": 2})
    assert (await workflows.needs(SERVER, found.name)).is_ready
    with pytest.raises(Exception, match="no workflow"):
        await studio.form("server:saved/../../etc/passwd")


async def test_loras_are_seen_and_can_be_taken_away_when_the_new_picture_is_opened(studio: Studio) -> None:
    ink = Lora("procedural-ink.safetensors", 0.7)
    first = await studio.make(studio.write("canvas.json", txt2img_canvas()), {"seed": 41, "loras": (ink,)})
    texts = read_texts(first)
    canvas_types = [node["type"] for node in json.loads(texts["workflow"])["nodes"]]
    assert "LoraLoader" in canvas_types
    assert values_in(await studio.form(str(first)))["loras"] == (ink,)

    same = await studio.make(str(first), {})
    assert same.read_bytes() == first.read_bytes()
    without = await studio.make(str(first), {"loras": ()})
    assert "LoraLoader" not in read_texts(without)["prompt"] + read_texts(without)["workflow"]
    assert values_in(await studio.form(str(without)))["loras"] == ()
