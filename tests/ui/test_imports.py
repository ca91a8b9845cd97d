"""What the first frame imports of ours: a new heavy one is noticed here."""

import subprocess
import sys

PROGRAM = """
import sys
import tui.ui.app, tui.ui.launch, tui.ui.screens.studio
print(*sorted(name for name in sys.modules if name.startswith("tui.") or name in HEAVY))
"""
HEAVY = {
    "PIL",
    "PIL.Image",
    "httpx",
    "aiohttp",
    "websockets",
    "msgspec",
    "sqlite3",
    "tomlkit",
    "socketio",
    "numpy",
}
FIRST_FRAME = {
    "tui.domain": {"errors", "text"},
    "tui.terminal": {
        "answers",
        "choice",
        "colors",
        "delivery",
        "detect",
        "gone",
        "guard",
        "pacing",
        "passthrough",
        "profile",
        "repaint",
        "replies",
        "sanitize",
        "textual_host",
    },
    "tui.ui": {
        "access",
        "app",
        "careful",
        "gesture",
        "glyphs",
        "hints",
        "keys",
        "launch",
        "options",
        "plain",
        "screens",
        "stylesheet",
        "theme",
        "widgets",
    },
    "tui.ui.screens": {
        "drop_place",
        "form_place",
        "job_place",
        "offer_place",
        "partner_place",
        "picture_place",
        "place",
        "studio",
    },
    "tui.ui.widgets": {"prompt", "status_bar"},
}


def test_the_first_frame_imports_no_more_than_it_shows() -> None:
    program = f"HEAVY = {HEAVY!r}\n{PROGRAM}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    expected = {f"{room}.{module}" for room, modules in FIRST_FRAME.items() for module in modules}
    assert set(done.stdout.split()) - expected - set(FIRST_FRAME) == set()
