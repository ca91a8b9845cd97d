"""Backends do not know each other, part by part; the import contract sees only their fronts."""

import ast
from pathlib import Path

import pytest

import tui.backends
from tui.backends.registry import kinds

FOLDER = Path(tui.backends.__file__).parent


def backend_of(module: str) -> str | None:
    """Which backend a file belongs to, by its prefix; None for what all of them share."""
    return next((kind for kind in kinds() if module.partition("_")[0] == kind), None)


def imported(file: Path) -> set[str]:
    """The files of `tui.backends` that this one imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "tui.backends":
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tui.backends."):
            found.add((node.module or "").split(".")[2])
        elif isinstance(node, ast.Import):
            found.update(a.name.split(".")[2] for a in node.names if a.name.startswith("tui.backends."))
    return found


@pytest.mark.parametrize("name", sorted(file.stem for file in FOLDER.glob("*.py")))
def test_a_file_imports_only_its_own_backend_and_what_all_share(name: str) -> None:
    others = {module for module in imported(FOLDER / f"{name}.py") if backend_of(module) is not None}
    assert {module for module in others if backend_of(module) != backend_of(name)} == set()


def test_every_kind_of_server_has_files() -> None:
    owners = {backend_of(file.stem) for file in FOLDER.glob("*.py")}
    assert owners == {None, *kinds()}
