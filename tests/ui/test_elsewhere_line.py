"""Other servers come and go while somebody is at the form."""

from pathlib import Path

from tests.support.fake_services import TEXT_TO_IMAGE, connected, fake_services
from tests.support.studio import open_studio
from tui.domain.request import Task
from tui.domain.server import Capabilities
from tui.ui.widgets.popup import Popup

STYLED = Capabilities(tasks=frozenset(Task), fields=frozenset({"styles"}))


async def test_a_list_that_is_open_stays_open_when_another_server_comes(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected(), state={"server": "gpu-box"})
    async with open_studio(services) as studio:
        row = await studio.focus("sampler")
        await studio.press("enter")
        await studio.until(lambda: list(studio.app.screen.query(Popup)))
        services.catalog.others_there = {"attic": STYLED}
        services.connections.tell(connected("attic", "fooocus"))
        await studio.until(lambda: "styles (attic)" in (studio.form.form or TEXT_TO_IMAGE).elsewhere)
        assert studio.row("sampler") is row
        await studio.type("ance")
        await studio.press("enter")
        await studio.until(lambda: row.value == "euler_ancestral")
        assert studio.session.draft.values["sampler"] == "euler_ancestral"
