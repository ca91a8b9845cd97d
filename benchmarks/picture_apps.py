"""What `pictures.py --line` runs: an input and 60×30 cells of live picture, ours or textual-image's.

    python benchmarks/picture_apps.py ours|theirs SECONDS FRAMES_A_SECOND REPORT

Frames are offered for the given time, then the program ends by itself. REPORT gets the longest gap of an
event loop that wants to wake every 5 ms, and the CPU seconds used while frames were offered.
"""

import asyncio
import json
import sys
import time
from io import BytesIO
from pathlib import Path

from PIL import Image
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input

sys.path.insert(0, str(Path(__file__).parent.parent))

from tui.terminal.scale import resized


def frames() -> list[bytes]:
    """Twenty JPEG files of 512×512, no two alike."""
    made: list[bytes] = []
    for number in range(20):
        target = BytesIO()
        sample().rotate(number * 18).save(target, "JPEG", quality=85)
        made.append(target.getvalue())
    return made


def sample() -> Image.Image:
    """512×512 with soft light, edges and grain, as photographs have."""
    light = resized(Image.radial_gradient("L"), (512, 512))
    stripes = resized(Image.linear_gradient("L"), (512, 512)).rotate(30)
    shapes = Image.effect_mandelbrot((512, 512), (-1.6, -1.2, 0.8, 1.2), 60)
    image = Image.merge("RGB", (light, Image.blend(stripes, shapes, 0.4), Image.blend(light, shapes, 0.6)))
    return Image.blend(image, Image.effect_noise((512, 512), 40).convert("RGB"), 0.12)


class LiveApp(App[None]):
    """Offers frames, and listens to its own heart."""

    CSS = "Input { width: 30; } #picture { width: 60; height: 30; }"

    def __init__(self, seconds: float, rate: float, report: Path) -> None:
        super().__init__()
        self._seconds, self._rate, self._report = seconds, rate, report
        self._gaps: list[float] = []

    def picture(self) -> Widget:
        """The widget under test."""
        raise NotImplementedError

    def offer(self, frame: bytes) -> None:
        """Show a frame."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Input()
            yield self.picture()

    def on_mount(self) -> None:
        self.run_worker(self.listen())
        self.run_worker(self.play())

    async def listen(self) -> None:
        """Measure how late every wake-up is."""
        while True:
            begun = time.perf_counter()
            await asyncio.sleep(0.005)
            self._gaps.append(time.perf_counter() - begun - 0.005)

    async def play(self) -> None:
        """Offer frames, report, and end."""
        made = frames()
        await asyncio.sleep(1)
        self._gaps.clear()
        cpu, ends, number = time.process_time(), time.monotonic() + self._seconds, 0
        while time.monotonic() < ends:
            self.offer(made[number % len(made)])
            number += 1
            await asyncio.sleep(1 / self._rate)
        gaps = sorted(self._gaps)
        found = {"gap_max": gaps[-1], "gap_p99": gaps[int(len(gaps) * 0.99)]}
        found["cpu"] = (time.process_time() - cpu) / self._seconds
        self._report.write_text(json.dumps(found | {"ended": time.monotonic()}))
        self.exit()


def ours(seconds: float, rate: float, report: Path) -> LiveApp:
    """Our widget."""
    from tui.terminal.detect import detect_terminal

    profile = detect_terminal()
    from tui.terminal.picture import Picture
    from tui.terminal.textual_host import attach

    class Ours(LiveApp):
        def picture(self) -> Widget:
            return Picture(id="picture")

        def offer(self, frame: bytes) -> None:
            self.query_one(Picture).preview(frame)

    app = Ours(seconds, rate, report)
    attach(app, profile)
    return app


def theirs(seconds: float, rate: float, report: Path) -> LiveApp:
    """textual-image's widget, of the kind that it found out itself."""
    from textual_image.widget import Image as ImageWidget

    class Theirs(LiveApp):
        def picture(self) -> Widget:
            return ImageWidget(id="picture")

        def offer(self, frame: bytes) -> None:
            self.query_one("#picture", ImageWidget).image = Image.open(BytesIO(frame))

    return Theirs(seconds, rate, report)


if __name__ == "__main__":
    which, seconds, rate, report = sys.argv[1:5]
    {"ours": ours, "theirs": theirs}[which](float(seconds), float(rate), Path(report)).run()
