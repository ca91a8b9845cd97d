"""One model-free job as a whole process, ours against a bare script, on one server in one run.

    python benchmarks/one_job.py [--url URL] [--runs N]

Without --url the embedded engine is started. Prints the medians and their ratio; the goal is at most 2.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import count
from pathlib import Path

HERE = Path(__file__).parent
_SERIAL = count()


def graph_file(folder: Path) -> Path:
    """A graph without models that no cache has seen: a fresh colour each time."""
    colour = (os.getpid() * 1000 + next(_SERIAL)) % 0xFFFFFF
    graph = {
        "1": {
            "class_type": "EmptyImage",
            "inputs": {"width": 256, "height": 256, "batch_size": 1, "color": colour},
        },
        "2": {"class_type": "ImageInvert", "inputs": {"image": ["1", 0]}},
        "3": {"class_type": "SaveImage", "inputs": {"images": ["2", 0], "filename_prefix": "bench"}},
    }
    path = folder / f"graph{colour}.json"
    path.write_text(json.dumps(graph))
    return path


def timed(command: list[str]) -> float:
    begun = time.perf_counter()
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        sys.exit(f"{' '.join(command)}\n{result.stderr}")
    return time.perf_counter() - begun


def measure(url: str, runs: int, folder: Path) -> None:
    bare: list[float] = []
    ours: list[float] = []
    os.environ["LATENTUI_HOME"] = str(folder / "home")
    # an installed program has its bytecode; in a checkout the first run, which does not count, writes it
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for _ in range(runs + 1):
        bare.append(
            timed([sys.executable, str(HERE / "bare_client.py"), url, str(graph_file(folder)), str(folder)])
        )
        command = [sys.executable, "-m", "tui", "generate", "--kind", "comfyui", "--url", url]
        ours.append(
            timed([*command, "--workflow", str(graph_file(folder)), "-o", f"{folder}/ours/", "--json"])
        )
    pairs = [our / floor for our, floor in zip(ours[1:], bare[1:], strict=True)]
    print(f"bare script    {statistics.median(bare[1:]):.3f} s")
    print(f"latentui       {statistics.median(ours[1:]):.3f} s")
    print(f"ratio          {statistics.median(pairs):.2f} (goal at most 2)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url")
    parser.add_argument("--runs", type=int, default=9)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if arguments.url:
            measure(arguments.url, arguments.runs, Path(folder))
            return
        command = [sys.executable, "-m", "tui", "engine", "--port", "0"]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as engine:
            assert engine.stdout is not None
            try:
                measure(engine.stdout.readline().strip(), arguments.runs, Path(folder))
            finally:
                engine.terminate()


if __name__ == "__main__":
    main()
