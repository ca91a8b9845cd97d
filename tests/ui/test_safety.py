"""Hostile names from a server: nothing of them is obeyed, by the terminal or by us."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.fake_services import TEXT_TO_IMAGE, connected, fake_services
from tests.support.pty_terminal import PtyTerminal
from tests.support.studio import open_studio
from tui.domain.forms import ChoiceField, LorasField
from tui.ui.screens.studio import StudioScreen

MARKUP = (
    "[/]",
    "[red]x[/red]",
    "[@click=app.quit]x[/]",
    "[not a tag]",
    "a [cat:dog:0.5] b",
    "[link=x]y[/link]",
)


@pytest.mark.parametrize("name", MARKUP)
async def test_markup_in_names_is_shown_as_it_is(tmp_path: Path, name: str) -> None:
    services = fake_services(tmp_path, connected(name))
    fields = (
        ChoiceField(name="checkpoint", label=f"L{name}"[:9], choices=(name, "other"), default=name),
        LorasField(name="loras", label="LoRAs", choices=(name,)),
    )
    hostile = replace(
        TEXT_TO_IMAGE, title=name, fields=(*TEXT_TO_IMAGE.fields[:2], *fields), problems=(f"no {name}",)
    )
    services.workflows.forms = {"txt2img_default": hostile}
    services.settings.current = replace(services.settings.current)
    async with open_studio(services) as studio:
        await studio.until(lambda: studio.text.count(name) >= 4)
        await studio.focus("checkpoint")
        await studio.press("enter")
        await studio.until(lambda: studio.text.count(name) >= 4)
        await studio.press("escape", "ctrl+p")
        await studio.pilot.pause()
        await studio.press("escape")
        for place in ("f3", "f4", "f5", "f6", "f2"):
            await studio.press(place)
            await studio.pilot.pause()
        await studio.until(lambda: isinstance(studio.app.screen, StudioScreen))


def test_no_control_bytes_of_a_server_reach_the_terminal(tmp_path: Path) -> None:
    program = Path(__file__).parent.parent / "support" / "hostile_studio.py"
    command = (sys.executable, str(program), str(tmp_path))
    terminal = PtyTerminal(
        command, {b"\x1b[c": b"\x1b[?62;c"}, size=(120, 40), environ={"LATENTUI_HOME": str(tmp_path)}
    )
    assert terminal.run(until=b"HOSTILE-JOB"), terminal.output[-2000:]
    for keys in (b"\x1bOR", b"\x1bOS", b"\x1b[15~", b"\x1b[17~", b"\x10"):
        terminal.type(keys)
        terminal.run(seconds=0.7)
    terminal.type(b"\x1b")
    terminal.run(seconds=0.7)
    terminal.type(b"\x11")
    assert terminal.run()
    assert terminal.close() == 0
    # our own window titles and notifications end in BEL too, so a name's BEL is looked for with its name
    for forbidden in (
        b"\x1b]0;PWNED",
        b"\x1b]52;",
        b"\x1b[31mRED",
        b"\x9b31m",
        b"PWNED\x07",
        b"UFdORUQ=\x07",
        "\u202e".encode(),
        b"\x1b]8;;http://evil",
        b"y[/]\x00",
        b"\x0e",
    ):
        assert forbidden not in terminal.output
    assert b"PWNED" in terminal.output, "the rest of the name is shown"
