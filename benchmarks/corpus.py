"""How many workflows become exactly the graph that the official page makes of them.

    python benchmarks/corpus.py FOLDER [--object-info FILE] [--show N]

FOLDER holds pairs, at any depth: `name.ui.json` as the page saved it, `name.api.json` as the page's own
`graphToPrompt` gave it, and `object_info.json`, what the server declared. Nothing of such a set is kept here.
Equal: the same nodes, classes and inputs with the same values, numbers as JavaScript has them; order and
titles are counted apart. Of values that only a living page makes it is asked that they are there.
Exit status 0 when all are equal.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from tui.domain.errors import LatentuiError
from tui.domain.json_values import Json, JsonObject, object_of
from tui.workflow.convert import convert
from tui.workflow.definitions import NodeDefs

Graph = Mapping[str, JsonObject]

PAGE_ONLY = frozenset({("Load3D", "image"), ("WebcamCapture", "image"), ("RecordAudio", "audio")})


@dataclass
class Tally:
    """What was found, over all pairs."""

    workflows: int = 0
    equal: int = 0
    nodes: int = 0
    equal_nodes: int = 0
    in_order: int = 0
    titles: int = 0
    seconds: float = 0.0
    differing: list[str] = field(default_factory=list[str])

    def add(self, name: str, truth: Graph, made: Graph) -> None:
        """Count one workflow."""
        equal = [node for node, entry in truth.items() if node in made and _is_same(entry, made[node])]
        is_equal = len(equal) == len(truth) == len(made)
        self.workflows += 1
        self.equal += is_equal
        self.nodes += len(truth)
        self.equal_nodes += len(equal)
        self.in_order += is_equal and _order(truth) == _order(made)
        self.titles += sum(_title(truth[node]) == _title(made[node]) for node in equal)
        if not is_equal:
            self.differing.append(f"{name}: {', '.join(_differences(truth, made))}")


def _is_same(truth: JsonObject, made: JsonObject) -> bool:
    kind, wanted, given = truth.get("class_type"), object_of(truth["inputs"]), object_of(made["inputs"])
    return (
        kind == made.get("class_type")
        and wanted.keys() == given.keys()
        and all(_is_page_only(kind, name) or _is_equal(wanted[name], given[name]) for name in wanted)
    )


def _is_page_only(kind: Json, name: str) -> bool:
    return (kind, name) in PAGE_ONLY or name == "viewport_state"


def _is_equal(one: Json, other: Json) -> bool:
    """As JSON, where 1 and 1.0 are one number and true is none."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other or float(one) == float(other)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_is_equal(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_is_equal, one, other))
    return type(one) is type(other) and one == other


def _order(graph: Graph) -> list[tuple[str, list[str]]]:
    return [(node, list(object_of(entry["inputs"]))) for node, entry in graph.items()]


def _title(entry: JsonObject) -> Json:
    return object_of(entry.get("_meta")).get("title")


def _differences(truth: Graph, made: Graph) -> Iterator[str]:
    yield from (f"no node {node}" for node in truth if node not in made)
    yield from (f"node {node} too many" for node in made if node not in truth)
    for node, entry in truth.items():
        if node in made and not _is_same(entry, made[node]):
            names = {*object_of(entry["inputs"]), *object_of(made[node]["inputs"])}
            wrong = sorted(name for name in names if _differs(entry, made[node], name))
            yield f"{node} {entry.get('class_type')} ({', '.join(wrong) or 'class'})"


def _differs(entry: JsonObject, made: JsonObject, name: str) -> bool:
    wanted, given = object_of(entry["inputs"]), object_of(made["inputs"])
    if name not in wanted or name not in given:
        return True
    return not _is_page_only(entry.get("class_type"), name) and not _is_equal(wanted[name], given[name])


def measured(folder: Path, object_info: Path) -> Tally:
    """Convert every pair below the folder."""
    tally, defs = Tally(), NodeDefs(_read(object_info))
    for ui in sorted(folder.rglob("*.ui.json")):
        name = ui.relative_to(folder).as_posix().removesuffix(".ui.json")
        canvas, beside = _read(ui), ui.with_name(ui.name.replace(".ui.json", ".api.json"))
        truth = {node: object_of(entry) for node, entry in _read(beside).items()}
        before = time.perf_counter()
        try:
            made: Graph = convert(canvas, defs).api
        except LatentuiError as error:
            made = {}
            tally.differing.append(f"{name}: {error.sentence}")
        tally.seconds += time.perf_counter() - before
        tally.add(name, truth, made)
    return tally


def _read(path: Path) -> JsonObject:
    return object_of(msgspec.json.decode(path.read_bytes()))


def main() -> int:
    """Measure and tell."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--object-info", type=Path)
    parser.add_argument("--show", type=int, default=20)
    arguments = parser.parse_args()
    folder: Path = arguments.folder
    tally = measured(folder, arguments.object_info or folder / "object_info.json")
    print(f"workflows equal  {tally.equal} of {tally.workflows}")
    print(f"nodes equal      {tally.equal_nodes} of {tally.nodes}")
    print(f"in order too     {tally.in_order}")
    print(f"titles equal     {tally.titles}")
    print(f"converted in     {tally.seconds:.1f} s")
    print(*tally.differing[: arguments.show], sep="\n")
    return 0 if tally.workflows and tally.equal == tally.workflows else 1


if __name__ == "__main__":
    sys.exit(main())
