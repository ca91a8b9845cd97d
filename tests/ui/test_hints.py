"""The keys at the foot and in the palette are those of the bindings, as the person set them."""

from pathlib import Path

from tests.support.fake_services import connected, fake_services
from tests.support.studio import Studio, open_studio


def foot(studio: Studio) -> str:
    """The last line of the screen."""
    return studio.text.rstrip("\n").splitlines()[-1]


async def test_a_key_that_was_changed_is_shown_at_the_foot_and_works(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    async with open_studio(services) as studio:
        assert "^g generate" in foot(studio)
        await services.settings.change(keys={"studio.generate": "f7,ctrl+g", "place.jobs": "f10"})
        await studio.until(lambda: "F7 generate" in foot(studio))
        await studio.press("f10")
        await studio.until_text("F10 Jobs")
        await studio.press("f2")
        await studio.type("a fox")
        await studio.press("f7")
        await studio.until(lambda: services.generation.jobs)


async def test_the_foot_tells_the_keys_of_what_has_the_focus(tmp_path: Path) -> None:
    async with open_studio(fake_services(tmp_path, connected())) as studio:
        await studio.press("f6")
        await studio.until(lambda: "Space on/off" in foot(studio))
        await studio.press("tab")
        await studio.until(lambda: "Space on/off" not in foot(studio))
        assert "F1 help" in foot(studio)


async def test_a_narrow_foot_leaves_keys_out_whole_and_keeps_the_help(tmp_path: Path) -> None:
    async with open_studio(fake_services(tmp_path, connected()), size=(60, 24)) as studio:
        await studio.press("f5")
        await studio.until(lambda: "Enter into the studio" in foot(studio))
        assert foot(studio).rstrip().endswith("F1 help")
        assert "arrange" not in foot(studio)


async def test_the_palette_knows_the_deeds_of_a_list_but_not_how_to_leave(tmp_path: Path) -> None:
    async with open_studio(fake_services(tmp_path, connected())) as studio:
        await studio.press("f6")
        await studio.until(lambda: "Space on/off" in foot(studio))
        await studio.press("f1")
        await studio.until_text("Everywhere")
        await studio.press("ctrl+p")
        await studio.until_text("what do you want to do?")
        assert "Close" not in studio.text
        await studio.press("escape", "escape", "ctrl+p")
        await studio.until_text("Test it now")
