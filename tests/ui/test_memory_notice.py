"""Memory that a server did not hand over is told."""

from pathlib import Path

from tests.support.fake_services import connected, fake_services
from tests.support.studio import open_studio
from tui.domain.errors import LatentuiError


async def test_a_server_that_keeps_its_memory_is_told_of(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    async with open_studio(services) as studio:
        services.handover.fail(
            LatentuiError("Memory was not handed over.", "InvokeAI wants another login for it.")
        )
        await studio.until_text("Memory was not handed over.")
        await studio.press("f8")
        await studio.until_text("InvokeAI wants another login for it.")
