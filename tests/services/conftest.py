"""Servers, scripted or running graphs, and what lies in the folders of the test."""

from pathlib import Path

import pytest
from PIL import Image

from tests.support.node_definitions import object_info
from tests.support.scripted import FixedSettings, ScriptedFleet, server_settings
from tests.support.workflow_fakes import graph_workflows
from tui.services.workflows import WorkflowsService


@pytest.fixture
def workflows(tmp_path: Path) -> WorkflowsService:
    """The service, on a server with all that the recorded one has."""
    return graph_workflows(tmp_path, object_info())


@pytest.fixture
def own_folder(tmp_path: Path) -> Path:
    """Where a person's own workflows lie."""
    folder = tmp_path / "config" / "workflows"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def fox(tmp_path: Path) -> str:
    """The path of a picture of 128 by 96 pixels."""
    Image.effect_noise((128, 96), 80).convert("RGB").save(tmp_path / "fox.png")
    return str(tmp_path / "fox.png")


@pytest.fixture
def fleet() -> ScriptedFleet:
    """Servers that do what the test says."""
    return ScriptedFleet()


@pytest.fixture
def settings(tmp_path: Path) -> FixedSettings:
    """Two of them, and a folder for pictures."""
    return FixedSettings(str(tmp_path / "pictures"), server_settings("paint"), server_settings("other"))
