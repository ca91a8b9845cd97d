"""What a message changes is drawn again, and nothing else: a flood of them leaves the loop to the keys."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from textual._compositor import Compositor

from tests.support.fake_services import connected, fake_services
from tests.support.running_job import running_job
from tests.support.studio import open_studio


def noting(name: str, drawn: list[str]) -> Callable[..., object]:
    """A method of the compositor that also writes down its name."""
    plain: Callable[..., object] = getattr(Compositor, name)

    def noted(*words: object) -> object:
        drawn.append(name)
        return plain(*words)

    return noted


async def test_progress_neither_lays_out_nor_draws_the_whole_screen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = fake_services(tmp_path, connected())
    job = running_job(
        created_at=time.time(), started_at=time.time(), step=10, total=99, rate=3.0, seconds_left=20.0
    )
    async with open_studio(services) as studio:
        services.generation.put(job)
        await studio.until_text("10/99")
        drawn: list[str] = []
        for name in ("render_full_update", "reflow"):
            monkeypatch.setattr(Compositor, name, noting(name, drawn))
        for step in range(11, 31):
            services.generation.put(replace(job, step=step))
            await studio.until_text(f"{step}/99")
        assert len(drawn) < 5  # what the first step still had to settle; not one for each step
