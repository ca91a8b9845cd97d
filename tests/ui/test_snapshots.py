"""What the screens look like, one picture per screen and size."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from textual.widgets import TextArea

from tests.support.fake_services import FakeServices, connected, fake_services
from tests.support.studio import SIZES, Studio
from tui.domain.job import JobId, JobStatus
from tui.domain.request import GenerationRequest
from tui.domain.server import Connection, ConnectionState, ServerStatus
from tui.ui.app import LatentuiApp
from tui.ui.options import StudioOptions

Snapshot = Callable[..., bool]

SERVERS = (
    connected("gpu-box"),
    Connection(
        server="a1111",
        kind="a1111",
        state=ConnectionState.UNREACHABLE,
        error_title="A1111 refused the connection.",
        error_advice="Is it running?",
    ),
    Connection(
        server="lmstudio",
        kind="lmstudio",
        state=ConnectionState.CONNECTED,
        latency=0.012,
        status=ServerStatus(product="LM Studio", model="qwen3-8b"),
    ),
)


@pytest.fixture
async def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeServices:
    """A busy afternoon, at a time that stands still."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    # a blink that is under way when blinking is switched off would hide the cursor for good
    monkeypatch.setattr(TextArea, "_toggle_cursor_blink_visible", lambda _: None)
    state = {"values": {"prompt": "a red fox in fresh snow, golden hour"}, "last_seed": 471}
    services = fake_services(tmp_path, *SERVERS, state=state)
    services.settings.paths = replace(services.settings.paths, config=Path("/home/me/.config/latentui"))
    services.settings.current = replace(
        services.settings.current, pictures_folder="/home/me/Pictures/latentui"
    )
    picture = tmp_path / "fox_00012.png"
    Image.linear_gradient("L").convert("RGB").resize((64, 64)).save(picture)
    requests = ("a fox", "a lighthouse at night", "an owl", "a castle by the lake")
    for number, prompt in enumerate(requests):
        await services.generation.submit(
            "gpu-box",
            GenerationRequest(prompt=prompt, seed=471, steps=20),
            job_id=JobId(f"00000000-0000-4000-8000-00000000000{number}"),
        )
    castle, owl, _, fox = (replace(job, created_at=0.0, started_at=1.0) for job in services.generation.jobs)
    services.generation.finish(fox, picture)
    services.generation.put(
        replace(owl, status=JobStatus.FAILED, error_title="Out of memory.", error_advice="Make it smaller.")
    )
    services.generation.put(
        replace(castle, status=JobStatus.IN_PROGRESS, step=14, total=20, rate=3.4, seconds_left=1.8)
    )
    return services


async def still(studio: Studio) -> None:
    """Wait until nothing has moved for a while."""
    before, rounds = "", 0
    while rounds < 15:
        await studio.pilot.pause(0.03)
        rounds = rounds + 1 if studio.text == before else 0
        before = studio.text


def then(*keys: str) -> Callable[[Any], Awaitable[None]]:
    """Press keys once the studio is ready."""

    async def run(pilot: Any) -> None:
        studio = Studio(pilot.app, pilot)
        await studio.until(lambda: studio.is_ready)
        await studio.until(lambda: "14/20" in studio.text and "gpu-box" in studio.text)
        studio.prompt.cursor_blink = False
        await studio.press(*keys)
        await still(studio)

    return run


@pytest.mark.parametrize(
    ("theme", "size"), [*(("latentui-dark", size) for size in SIZES), ("latentui-light", (120, 40))]
)
def test_studio(snap_compare: Snapshot, services: FakeServices, theme: str, size: tuple[int, int]) -> None:
    services.settings.current = replace(services.settings.current, theme=theme)
    app = LatentuiApp(services.factory, StudioOptions(theme=theme))
    assert snap_compare(app, terminal_size=size, run_before=then())


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize("key", ["f3", "f5", "f6"])
def test_place(snap_compare: Snapshot, services: FakeServices, size: tuple[int, int], key: str) -> None:
    assert snap_compare(LatentuiApp(services.factory), terminal_size=size, run_before=then(key))
