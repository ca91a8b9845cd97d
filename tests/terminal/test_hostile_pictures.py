"""Damaged, odd and hostile pictures: each is drawn or becomes a sentence, within bounds of memory."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.hostile_pictures import PICTURES, REFUSED
from tui.terminal.profile import Graphics

MOST = 300_000_000
"""Bytes of memory at most, Python and Pillow among them."""
DRAW = """
import json, resource, sys
from pathlib import Path
from tui.domain.errors import PictureError
from tui.terminal.geometry import Viewpoint
from tui.terminal.ladder import SHARP
from tui.terminal.loading import load
from tui.terminal.profile import TerminalProfile
from tui.terminal.rendering import Order, render

said, sizes = "", {}
try:
    image = load(Path(sys.argv[1]).read_bytes())
except PictureError as error:
    said = error.sentence
else:
    for form, rung in SHARP.items():
        order = Order(area=(60, 30), view=Viewpoint(), rung=rung, image_id=1 << 24 | 16)
        sizes[form] = render(image, order, TerminalProfile(graphics=form)).size
status = Path("/proc/self/status")
if status.exists():  # getrusage counts what this process was before it became this program
    peak = next(int(line.split()[1]) * 1024 for line in status.open() if line.startswith("VmHWM"))
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"said": said, "sizes": sizes, "peak": peak}))
"""


@pytest.mark.parametrize("name", PICTURES)
def test_it_is_drawn_or_refused_within_bounds(name: str, tmp_path: Path) -> None:
    path = tmp_path / "picture"
    path.write_bytes(PICTURES[name]())
    words = [sys.executable, "-c", DRAW, str(path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    print(f"{name}: {found['peak'] / 1e6:.0f} MB, {found['said'] or 'drawn'}")
    assert found["peak"] < MOST, f"{found['peak'] / 1e6:.0f} MB"
    if name in REFUSED:
        assert found["said"]
    else:
        assert not found["said"]
        drawn = set(Graphics) - {Graphics.NONE}
        assert {form for form, size in found["sizes"].items() if size} == drawn
