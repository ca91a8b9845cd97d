"""A command that opens one workflow asks a graph server for the classes in it, and no others."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.peers import image_backend
from tests.support.workflow_fakes import SERVER, FixedCatalogs, settings_in
from tui.demo.server import EmbeddedEngine
from tui.domain.request import Task
from tui.domain.server import Capabilities
from tui.domain.settings import ServerKind, ServerSettings
from tui.domain.workflow import NodeCatalog
from tui.services.workflows import WorkflowsService
from tui.workflow.classes import LORA_CLASSES, classes_of

GRAPH = {
    "1": {"class_type": "LoadImage", "inputs": {"image": "example.png"}},
    "2": {"class_type": "ImageInvert", "inputs": {"image": ["1", 0]}},
    "3": {"class_type": "SaveImage", "inputs": {"images": ["2", 0], "filename_prefix": "x"}},
}
CANVAS = {"nodes": [{"id": 1, "type": "LoadImage"}], "links": [], "version": 0.4}


@pytest.fixture
async def whole() -> AsyncIterator[NodeCatalog]:
    """All that the embedded engine declares."""
    async with (
        EmbeddedEngine(step_delay=0) as engine,
        image_backend(ServerSettings(name=SERVER, kind=ServerKind.COMFYUI, url=engine.url)) as backend,
    ):
        found = await backend.node_catalog()
        assert found is not None
        yield found


class Asked:
    """Answers from the whole, and keeps what was asked."""

    def __init__(self, whole: NodeCatalog) -> None:
        self._whole = whole
        self.classes: list[set[str]] = []

    async def __call__(self, server: str, classes: frozenset[str]) -> NodeCatalog:
        self.classes.append(set(classes))
        return NodeCatalog({name: self._whole.definitions[name] for name in classes})


def services(folder: Path, whole: NodeCatalog, asked: Asked | None) -> WorkflowsService:
    """The service, with all definitions or with those it asks for."""
    abilities = Capabilities(tasks=frozenset(Task), runs_graphs=True)
    nodes = whole if asked is None else None
    return WorkflowsService(settings_in(folder), FixedCatalogs(abilities, nodes=nodes), asked)


@pytest.mark.parametrize("template", ["txt2img_default", "inpaint_masked", "upscale_model"])
async def test_a_templates_form_is_the_same(whole: NodeCatalog, tmp_path: Path, template: str) -> None:
    asked = Asked(whole)
    narrow = await services(tmp_path, whole, asked).form(SERVER, template)
    assert narrow == await services(tmp_path, whole, None).form(SERVER, template)
    assert sum(map(len, asked.classes)) < len(whole.definitions) / 2


async def test_loras_are_asked_for_where_a_model_is(whole: NodeCatalog, tmp_path: Path) -> None:
    asked = Asked(whole)
    await services(tmp_path, whole, asked).form(SERVER, "txt2img_default")
    assert set().union(*asked.classes) >= LORA_CLASSES


async def test_a_file_is_opened_with_its_own_classes(whole: NodeCatalog, tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(GRAPH))
    asked = Asked(whole)
    narrow = await services(tmp_path, whole, asked).form(SERVER, str(path))
    assert asked.classes == [{"LoadImage", "ImageInvert", "SaveImage"}]
    assert narrow == await services(tmp_path, whole, None).form(SERVER, str(path))


@pytest.mark.parametrize(
    "data", [CANVAS, {"1": {"class_type": "SwarmInputText", "inputs": {}}}, {"1": "no node"}, [], None]
)
def test_what_may_need_more_says_so(data: object) -> None:
    assert classes_of(data) is None


async def test_a_server_answers_for_the_classes_it_has(whole: NodeCatalog) -> None:
    async with (
        EmbeddedEngine(step_delay=0) as engine,
        image_backend(ServerSettings(name=SERVER, kind=ServerKind.COMFYUI, url=engine.url)) as backend,
    ):
        found = await backend.node_classes({"SaveImage", "No/Such Node", ""})
    assert found is not None
    assert found.definitions == {"SaveImage": whole.definitions["SaveImage"]}
