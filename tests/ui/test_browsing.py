"""Folders as the file picker shows them."""

from pathlib import Path

import pytest

from tests.support.studio import picture_file
from tui.domain.errors import InputError
from tui.ui.browsing import completed, existing_folder, read_folder, split_typed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("fox.png", "forest.jpg", ".secret.png"):
        picture_file(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "more").mkdir()
    return tmp_path


def names(folder: Path, prefix: str = "", *, hidden: bool = False, everything: bool = False) -> list[str]:
    seen = read_folder(folder).seen(prefix, shows_hidden=hidden, shows_all=everything)
    return [entry.name for entry in seen]


def test_folders_come_first_and_only_pictures_follow(folder: Path) -> None:
    assert names(folder) == ["more", "forest.jpg", "fox.png"]
    assert names(folder, everything=True) == ["more", "forest.jpg", "fox.png", "notes.txt"]
    assert ".secret.png" in names(folder, hidden=True)


def test_what_is_typed_narrows_the_list(folder: Path) -> None:
    assert names(folder, "fo") == ["forest.jpg", "fox.png"]
    assert names(folder, "ox") == ["fox.png"]


def test_tab_completes_as_far_as_the_names_agree(folder: Path) -> None:
    entries = read_folder(folder).seen("f", shows_hidden=False, shows_all=False)
    assert completed("/a/f", entries) == "/a/fo"
    assert (
        completed("/a/mo", read_folder(folder).seen("mo", shows_hidden=False, shows_all=False)) == "/a/more/"
    )


def test_a_typed_path_is_a_folder_and_the_beginning_of_a_name(tmp_path: Path) -> None:
    assert split_typed("/pictures/fo", tmp_path) == (Path("/pictures"), "fo")
    assert split_typed("sub/fo", tmp_path) == (tmp_path / "sub", "fo")
    assert split_typed("fo", tmp_path) == (tmp_path, "fo")


def test_a_folder_that_is_gone_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_folder(tmp_path / "gone")
    assert existing_folder(str(tmp_path / "gone"), str(tmp_path)) == tmp_path
