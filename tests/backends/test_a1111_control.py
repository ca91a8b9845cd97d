"""ControlNet, VAE and version of an A1111: offered where it has them, and undone after the job."""

import base64
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

import pytest
from PIL import Image

from tests.support.a1111_peer import QUICK, A1111Peer, at
from tests.support.a1111_recordings import FOLDER
from tests.support.a1111_server import A1111Server, serving
from tests.support.controlnet_server import ControlNetServer
from tests.support.forge_server import ForgeServer
from tests.support.job_events import follow
from tests.support.studio import picture_file
from tui.backends.a1111 import A1111Backend
from tui.domain.errors import InputError
from tui.domain.events import JobCompleted, JobFailed, JobNoted, OutputReceived
from tui.domain.request import ControlUnit, GenerationRequest, PictureInput, Task
from tui.protocol.a1111_dialect import version_on_page


def controlled(url: str, path: Path, model: str = "tiny_canny [e3fe7712]") -> GenerationRequest:
    unit = ControlUnit(image=PictureInput(str(path)), model=model, preprocessor="canny", strength=0.7)
    return A1111Peer(url).request(seed=5, task=Task.CONTROL, control=(unit,))


async def test_the_extensions_lists_are_offered_with_what_suits_edges_first() -> None:
    async with serving(ControlNetServer().app()) as url, A1111Backend(at(url)) as backend:
        await backend.connect()
        catalog = await backend.catalog()
        able = backend.capabilities
    assert catalog.controlnets == ("tiny_canny [e3fe7712]", "tiny_depth [cfd03158]")
    assert catalog.choices["preprocessor"] == ("canny", "None", "depth_midas")
    assert Task.CONTROL in able.tasks
    assert {"control_image", "controlnet", "preprocessor", "control_strength"} <= able.fields


async def test_a_control_picture_goes_with_the_job_and_its_map_is_no_result(tmp_path: Path) -> None:
    server, path = ControlNetServer(), picture_file(tmp_path / "lines.png", "blue")
    async with serving(server.app()) as url, A1111Backend(at(url), pace=QUICK) as backend:
        job = follow(backend, controlled(url, path))
        await job.over()
    assert isinstance(job.last, JobCompleted)
    assert len(job.of(OutputReceived)) == 1
    assert job.of(JobNoted) == []
    (unit,) = server.bodies[0]["alwayson_scripts"]["controlnet"]["args"]
    with Image.open(BytesIO(base64.b64decode(unit.pop("image")))) as sent:
        assert (sent.size, sent.convert("RGB").getpixel((0, 0))) == ((64, 64), (0, 0, 255))
    assert unit == {
        "enabled": True,
        "model": "tiny_canny [e3fe7712]",
        "module": "canny",
        "weight": 0.7,
        "pixel_perfect": True,
    }


async def test_a_picture_that_was_made_without_it_is_told(tmp_path: Path) -> None:
    server, path = ControlNetServer(), picture_file(tmp_path / "lines.png")
    server.fails_silently = True
    async with serving(server.app()) as url, A1111Backend(at(url), pace=QUICK) as backend:
        job = follow(backend, controlled(url, path))
        await job.over()
    (note,) = job.of(JobNoted)
    assert "says nothing of ControlNet" in note.message


@pytest.mark.parametrize(
    ("server", "why"),
    [
        (A1111Server(), "This A1111 has no ControlNet extension."),
        (ForgeServer(), "This Forge has no ControlNet extension."),
    ],
)
async def test_without_the_extension_it_is_said(server: A1111Server, why: str, tmp_path: Path) -> None:
    path = picture_file(tmp_path / "lines.png")
    async with serving(server.app()) as url, A1111Backend(at(url), pace=QUICK) as backend:
        await backend.connect()
        assert backend.capabilities.missing[Task.CONTROL] == why
        with pytest.raises(InputError, match="no ControlNet extension"):
            await follow(backend, controlled(url, path)).over()
    assert server.bodies == []


async def test_an_extension_without_models_offers_nothing() -> None:
    server = ControlNetServer()
    server.models = ("None",)
    async with serving(server.app()) as url, A1111Backend(at(url)) as backend:
        await backend.connect()
        await backend.catalog()
        assert backend.capabilities.missing[Task.CONTROL] == "This server has no ControlNet model."


async def test_the_vaes_are_offered_with_the_one_in_force_first() -> None:
    server = A1111Server()
    async with serving(server.app()) as url, A1111Backend(at(url)) as backend:
        assert (await backend.catalog()).choices["vae"] == ("Automatic", "None", "tiny_vae.safetensors")
        server.options["sd_vae"] = "tiny_vae.safetensors"
        await backend.connect()
        assert (await backend.catalog()).choices["vae"] == ("tiny_vae.safetensors", "Automatic", "None")


@pytest.mark.parametrize("saved", [{}, {"sd_vae": "Automatic"}])
async def test_a_jobs_vae_is_in_force_for_that_job_only(saved: dict[str, str]) -> None:
    """A1111 undoes an override only of an option that was saved before."""
    server = A1111Server()
    server.options |= saved
    async with serving(server.app()) as url, A1111Backend(at(url), pace=QUICK) as backend:
        for vae in ("tiny_vae.safetensors", "None", "Automatic"):
            job = follow(backend, A1111Peer(url).request(seed=5, extras=MappingProxyType({"vae": vae})))
            await job.over()
            assert isinstance(job.last, JobCompleted)
            assert server.options.get("sd_vae", "Automatic") == "Automatic"
    asked = [body.get("override_settings", {}).get("sd_vae") for body in server.bodies]
    assert asked == ["tiny_vae.safetensors", "None", None]
    assert server.requests.count("POST /sdapi/v1/options") == 1


async def test_a_vae_that_the_server_did_not_take_is_told() -> None:
    server = A1111Server()
    async with serving(server.app()) as url, A1111Backend(at(url), pace=QUICK) as backend:
        extras = MappingProxyType({"vae": "gone.safetensors"})
        job = follow(backend, A1111Peer(url).request(seed=5, extras=extras))
        await job.over()
    assert not job.of(JobFailed)
    notes = [event.message for event in job.of(JobNoted)]
    assert notes == ["The server has no VAE “gone.safetensors”; it works without it."]


async def test_the_version_is_known_before_the_first_picture() -> None:
    async with serving(A1111Server("ui").app()) as url, A1111Backend(at(url)) as backend:
        assert (await backend.connect()).version == "1.10.1"


@pytest.mark.parametrize(
    ("page", "version"),
    [
        ((FOLDER / "a1111" / "page_foot.html").read_text(), "1.10.1"),
        (
            'version: <a href="https://x/commit/82a973c">v1.10.1-5-g82a973c</a>',
            "1.10.1-5-g82a973c",
        ),
        (
            'version: <a href="x">f2.0.1v1.10.1-previous-669</a>',
            "f2.0.1v1.10.1-previous-669",
        ),
        ("<html>log in</html>", ""),
        ("version: <a " + "x" * 100_000, ""),
    ],
)
def test_the_version_stands_at_the_foot_of_the_page(page: str, version: str) -> None:
    assert version_on_page(page) == version
