"""What is remembered of workflows lies in small files that cannot harm."""

from pathlib import Path

import pytest

from tests.support.workflow_fakes import settings_in
from tui.domain.arrangement import Arrangement
from tui.services.workflow_memory import WorkflowMemory, fit_name


@pytest.fixture
def memory(tmp_path: Path) -> WorkflowMemory:
    return WorkflowMemory(settings_in(tmp_path).paths)


def test_an_arrangement_comes_back(memory: WorkflowMemory) -> None:
    wishes = Arrangement().pin("steps").hide("seed").rename("cfg_scale", "Force")
    memory.arrange("key", wishes)
    assert memory.arrangement("key") == wishes
    assert memory.arrangement("other").is_empty
    memory.arrange("key", Arrangement())
    assert memory.arrangement("key").is_empty


@pytest.mark.parametrize("content", [b"", b"[]", b'{"pinned": 3}', b'{"labels": {"a": []}}', b"\xff"])
def test_a_damaged_arrangement_is_none(memory: WorkflowMemory, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "config" / "arrangements" / "key.json"
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    assert memory.arrangement("key").is_empty


def test_the_same_content_is_kept_once_and_not_for_ever(memory: WorkflowMemory) -> None:
    first = memory.keep(b"{}", "../../etc/passwd")
    assert memory.keep(b"{}", "../../etc/passwd") == first
    assert first.parent.name == "opened"
    for number in range(250):
        memory.keep(b"%d" % number, "x")
    assert len(list(first.parent.iterdir())) <= 200


def test_recent_ones_are_newest_first_and_each_once(memory: WorkflowMemory) -> None:
    for name in ("a", "b", "a", *map(str, range(30))):
        memory.remember(name)
    assert memory.recent()[:2] == ("29", "28")
    assert len(memory.recent()) == 20
    memory.remember("15")
    assert memory.recent()[0] == "15"
    assert len(set(memory.recent())) == 20


@pytest.mark.parametrize("title", ["../x", "/etc/passwd", "a\x00b\x1b[31m", "..", "COM1/..\\..", "x" * 5000])
def test_a_title_never_becomes_a_path(title: str) -> None:
    name = fit_name(title)
    assert "/" not in name
    assert "\\" not in name
    assert not name.startswith(".")
    assert len(name) <= 80


def test_workflows_are_pinned_and_let_go_in_order(memory: WorkflowMemory, tmp_path: Path) -> None:
    assert [memory.pin(name) for name in ("one", "two", "one", "three")] == [True, True, False, True]
    assert memory.pinned() == ("two", "three")
    (tmp_path / "config" / "pinned_workflows.json").write_bytes(b'{"a": 1}')
    assert memory.pinned() == ()
