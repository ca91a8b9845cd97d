"""Fields that take several of a list: styles, and the sides of a picture."""

from dataclasses import replace
from pathlib import Path

from tests.support.fake_services import TEXT_TO_IMAGE, FakeServices, connected, fake_services
from tests.support.studio import Studio, open_studio
from tui.domain.forms import PicksField
from tui.ui.widgets.fields.picks import PickedLine
from tui.ui.widgets.popup import Popup

STYLES = PicksField(
    name="styles",
    label="Styles",
    choices=("none", "Fooocus V2", "Fooocus Sharp", "SAI Anime"),
    alone="none",
    when_empty="the server's own",
)


def styled(folder: Path) -> FakeServices:
    services = fake_services(folder, connected())
    form = replace(TEXT_TO_IMAGE, fields=(*TEXT_TO_IMAGE.fields[:2], STYLES))
    services.workflows.forms[form.workflow] = form
    return services


async def pick(studio: Studio, name: str) -> None:
    """Open the list, find a name, take it."""
    await studio.press("enter")
    await studio.until(lambda: list(studio.app.screen.query(Popup)))
    await studio.pilot.pause()
    await studio.type(name)
    await studio.press("enter")
    await studio.until(lambda: not list(studio.app.screen.query(Popup)))


async def test_several_are_picked_one_after_another_and_taken_out_again(tmp_path: Path) -> None:
    async with open_studio(styled(tmp_path)) as studio:
        row = await studio.focus("styles")
        await studio.until_text("the server's own")
        await pick(studio, "Sharp")
        await pick(studio, "Anime")
        assert row.value == "Fooocus Sharp, SAI Anime"
        assert studio.session.values()["styles"] == "Fooocus Sharp, SAI Anime"
        await studio.until(lambda: len(row.query(PickedLine)) == 2)
        row.query(PickedLine).first().focus()
        await studio.pilot.pause()
        await studio.press("x")
        await studio.until(lambda: row.value == "SAI Anime")
        assert row.has_focus_within


async def test_what_is_picked_is_offered_no_more_and_none_stands_alone(tmp_path: Path) -> None:
    async with open_studio(styled(tmp_path)) as studio:
        row = await studio.focus("styles")
        await pick(studio, "V2")
        await pick(studio, "none")
        assert row.value == "none"
        await pick(studio, "V2")
        assert row.value == "Fooocus V2"
        await studio.press("enter")
        await studio.until(lambda: list(studio.app.screen.query(Popup)))
        await studio.until_text("SAI Anime")
        assert studio.text.count("Fooocus V2") == 1


async def test_a_draft_with_a_style_that_is_gone_starts_without_it(tmp_path: Path) -> None:
    services = styled(tmp_path)
    services.state.stored = {"server": "gpu-box", "values": {"styles": "Fooocus Sharp, MRE Comic"}}
    async with open_studio(services) as studio:
        assert studio.row("styles").value == ""
