"""A studio for a pty: its servers, names and failures are as hostile as can be. Run as a program."""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from tests.support.fake_services import TEXT_TO_IMAGE, connected, fake_services
from tui.domain.forms import ChoiceField, LorasField
from tui.domain.job import JobStatus
from tui.domain.request import GenerationRequest
from tui.ui.launch import launch
from tui.ui.options import StudioOptions

EVIL = "\x1b]0;PWNED\x07\x1b]52;c;UFdORUQ=\x07\x1b[31mRED\x9b31m\u202e\x1b]8;;http://evil\x1b\\x[/][@click=app.quit]y[/]\x00\x0e"


def main() -> int:
    """Run it until it is quit."""
    services = fake_services(Path(sys.argv[1]), connected(f"gpu {EVIL}"))
    services.workflows.forms = {
        "txt2img_default": replace(
            TEXT_TO_IMAGE,
            title=f"title {EVIL}",
            problems=(f"lacks {EVIL}",),
            fields=(
                *TEXT_TO_IMAGE.fields[:2],
                ChoiceField(
                    name="checkpoint", label=f"c{EVIL}", choices=(EVIL,), default=EVIL, group=f"group {EVIL}"
                ),
                LorasField(name="loras", label="LoRAs", choices=(EVIL,), unavailable=f"no {EVIL}"),
            ),
        )
    }

    async def fail() -> None:
        job = await services.generation.submit("gpu", GenerationRequest(prompt=f"HOSTILE-JOB {EVIL}"))
        await asyncio.sleep(1)
        services.generation.put(
            replace(job, status=JobStatus.FAILED, error_title=f"title {EVIL}", error_advice=f"advice {EVIL}")
        )

    opened = services.factory

    def factory():
        asyncio.get_running_loop().call_later(1, lambda: asyncio.ensure_future(fail()))
        return opened()

    return launch(StudioOptions(), factory)


if __name__ == "__main__":
    sys.exit(main())
