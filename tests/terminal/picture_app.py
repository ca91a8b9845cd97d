"""An application with pictures for the tests on a pty: it reports what it gets on a line of its own."""

import asyncio
import io
import sys
import time

from PIL import Image, ImageDraw
from textual import events
from textual.app import App, ComposeResult
from textual.widgets import Static

from tui.terminal.detect import detect_terminal
from tui.terminal.picture import Picture
from tui.terminal.profile import TerminalProfile
from tui.terminal.textual_host import attach

RATE = 30
"""Frames a second."""


def jpeg(number: int) -> bytes:
    image = Image.linear_gradient("L").convert("RGB")
    ImageDraw.Draw(image).ellipse((number % 200, 50, number % 200 + 50, 100), fill=(255, 0, 0))
    target = io.BytesIO()
    image.save(target, "JPEG")
    return target.getvalue()


class PictureApp(App[None]):
    """Keys: p = live frames until h halts them, s = a still, t = a toast until u, z = suspend, b = broken,
    e = raise, q = quit."""

    CSS = "Static { height: 1; } Picture { height: 1fr; }"

    def __init__(self, profile: TerminalProfile) -> None:
        super().__init__()
        self._host = attach(self, profile)
        self._graphics = profile.graphics
        self._keys: list[str] = []
        self._is_playing = False

    def compose(self) -> ComposeResult:
        yield Static(f"GRAPHICS-{self._graphics}-END")
        yield Static(id="keys")
        yield Picture()

    def on_mount(self) -> None:
        self._host.leave_on_signals()

    def on_ready(self) -> None:
        self._host.begin()

    def on_resize(self) -> None:
        self._host.measure()

    def report(self, words: str) -> None:
        self.query_one("#keys", Static).update(words)

    async def on_key(self, event: events.Key) -> None:
        self._keys.append(event.key)
        picture = self.query_one(Picture)
        match event.key:
            case "p":
                self._is_playing = True
                self.run_worker(self.play(picture))
            case "h":
                self._is_playing = False
            case "s":
                picture.show(jpeg(0), "still")
                self.run_worker(self.wait(picture, "SHOWN"))
            case "z":
                with self.suspend():
                    time.sleep(0.2)
            case "t":
                self.notify("TOAST", timeout=600)
            case "u":
                self.clear_notifications()
            case "b":
                picture.show(b"broken")
            case "e":
                raise RuntimeError("wanted")
            case "q":
                self.exit()
            case _:
                self.report(f"KEYS-{'-'.join(self._keys)}-END")

    async def play(self, picture: Picture) -> None:
        number = 0
        while self._is_playing:
            picture.preview(jpeg(number * 5))
            number += 1
            await asyncio.sleep(1 / RATE)
        await self.wait(picture, "PLAYED")

    async def wait(self, picture: Picture, word: str) -> None:
        while picture.is_busy:
            await asyncio.sleep(0.02)
        self.report(word)


if __name__ == "__main__":
    app = PictureApp(detect_terminal(patience=float(sys.argv[1])))
    app.run()
    sys.exit(app.return_code)
