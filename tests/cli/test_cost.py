"""What one job may cost: the modules it imports, and what it asks of the server."""

import json
import subprocess
import sys
from pathlib import Path

from tests.support.engine_process import EngineProcess

HEAVY = {
    "PIL",
    "aiohttp",
    "httpx_sse",
    "platformdirs",
    "rich",
    "socketio",
    "textual",
    "tomlkit",
    "tomllib",
    "tui.domain.chat",
    "tui.services.prompts",
    "tui.services.task_forms",
    "tui.services.workflow_copies",
    "tui.workflow.convert",
    "tui.workflow.embed",
}
"""What a job that is sent as a graph has no use for."""

OURS = 145
"""Modules of ours at most: 129 were imported when this was written."""

GRAPH = {
    "1": {
        "class_type": "EmptyImage",
        "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": 255},
    },
    "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "cost"}},
}
PROGRAM = """
import os, runpy, sys
sys.argv = ["latentui", *sys.argv[1:]]
try:
    runpy.run_module("tui", run_name="__main__")
except SystemExit as ended:
    print("\\n".join(sys.modules), file=sys.stderr)
    sys.exit(ended.code)
"""


def modules_after(*words: str) -> set[str]:
    """The modules that are imported once the command has ended well."""
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, *words], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return set(ended.stderr.splitlines())


async def test_a_graph_is_made_without_what_it_has_no_use_for(engine: EngineProcess, tmp_path: Path) -> None:
    graph = tmp_path / "graph.json"
    graph.write_text(json.dumps(GRAPH))
    server = ("--kind", "comfyui", "--url", engine.url)
    modules = modules_after("generate", *server, "--workflow", str(graph), "--json", "-o", f"{tmp_path}/out/")
    assert list(tmp_path.glob("out/*.png"))
    assert HEAVY & modules == set()
    assert sum(name.split(".")[0] == "tui" for name in modules) <= OURS
