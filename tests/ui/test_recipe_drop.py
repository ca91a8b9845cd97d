"""A picture dropped where none can go: its values are taken, as the server reads them out of it."""

from pathlib import Path

from textual import events

from tests.support.fake_services import connected, fake_services
from tests.support.studio import Studio, open_studio, picture_file


def drop(studio: Studio, path: Path) -> None:
    """As a terminal pastes the path of a dropped file."""
    studio.app.post_message(events.Paste(str(path)))


async def test_the_values_that_made_it_are_taken_and_can_be_taken_back(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected(), state={"server": "gpu-box", "values": {"prompt": "mine"}})
    services.catalog.recipe_of_all = {
        "prompt": "a hare",
        "steps": 12,
        "sampler": "Euler a",
        "checkpoint": "gone",
    }
    async with open_studio(services) as studio:
        drop(studio, picture_file(tmp_path / "hare.png"))
        await studio.until_text("Took prompt and values from hare.png.")
        await studio.until(lambda: studio.prompt.text == "a hare")
        await studio.until(lambda: studio.row("steps").value == 12)
        assert studio.row("sampler").value == "euler_ancestral"
        await studio.until_text("Checkpoint “gone” is not there")
        await studio.press("alt+z")
        await studio.until(lambda: studio.prompt.text == "mine")
        await studio.until(lambda: studio.row("steps").value == 20)


async def test_a_picture_that_carries_nothing_is_told_to_fit_nowhere(tmp_path: Path) -> None:
    async with open_studio(fake_services(tmp_path, connected())) as studio:
        drop(studio, picture_file(tmp_path / "plain.png"))
        await studio.until_text("plain.png carries no workflow")
