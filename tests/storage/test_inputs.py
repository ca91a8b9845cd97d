"""Copies of input pictures: by content, only of files, and swept when nobody needs them."""

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tui.domain.job import Job, new_job_id
from tui.domain.request import (
    ControlUnit,
    GenerationRequest,
    GraphPlan,
    PictureInput,
    Upload,
)
from tui.services.inputs import pictures_of, with_pictures
from tui.storage import inputs, jobs
from tui.storage.database import open_in_memory
from tui.storage.entries import Entry, Phase

EVERYWHERE = GenerationRequest(
    init_image=PictureInput("/a.png"),
    mask=PictureInput("/b.png"),
    control=(ControlUnit(image=PictureInput("/c.png")),),
    extras={"style": PictureInput("/d.png"), "amount": 3},
    plan=GraphPlan(graph={"1": {}}, uploads=(Upload("1", "image", PictureInput("/a.png")),)),
)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "Fox.PNG"
    path.write_bytes(b"a fox")
    return path


def test_the_same_content_is_kept_once(tmp_path, picture):
    twin = tmp_path / "twin.png"
    twin.write_bytes(b"a fox")
    kept = [inputs.keep(tmp_path / "inputs", str(path)) for path in (picture, twin)]
    assert kept[0] is not None
    assert kept[1] is not None
    assert kept[0].kept == kept[1].kept
    assert Path(kept[0].kept).read_bytes() == b"a fox"
    assert [path.suffix for path in (tmp_path / "inputs").iterdir()] == [".png"]


def test_a_change_of_the_original_is_seen(tmp_path, picture):
    kept = inputs.keep(tmp_path / "inputs", str(picture))
    assert kept is not None
    assert kept.is_unchanged
    picture.write_bytes(b"an owl")
    assert not kept.is_unchanged
    picture.unlink()
    assert not kept.is_unchanged


@pytest.mark.parametrize("path", ["/dev/zero", "/nowhere/at/all.png", "/"])
def test_what_is_no_file_is_not_kept(tmp_path, path):
    assert inputs.keep(tmp_path / "inputs", path) is None


def test_a_folder_that_cannot_be_made_keeps_nothing(tmp_path, picture):
    (tmp_path / "inputs").write_text("a file")
    assert inputs.keep(tmp_path / "inputs", str(picture)) is None


def test_old_copies_that_no_job_needs_are_swept(tmp_path, picture):
    db = open_in_memory()
    folder = tmp_path / "inputs"
    kept = inputs.keep(folder, str(picture))
    assert kept is not None
    stray, fresh = folder / "stray.png", folder / "fresh.png"
    for path in (stray, fresh):
        path.write_bytes(b"")
    for path in (stray, Path(kept.kept)):
        os.utime(path, (1, 1))
    job = Job(id=new_job_id(), server="paint", request=GenerationRequest(), created_at=time.time())
    jobs.insert(db, Entry(job=job))
    inputs.note(db, job.id, [kept])
    inputs.sweep(folder, inputs.needed(db))
    assert {path.name for path in folder.iterdir()} == {Path(kept.kept).name, "fresh.png"}
    jobs.set_phase(db, job.id, Phase.COMPLETED, None)
    db.execute("UPDATE jobs SET ended_at = 1")
    inputs.sweep(folder, inputs.needed(db))
    assert {path.name for path in folder.iterdir()} == {"fresh.png"}
    db.close()


def test_every_place_of_a_picture_in_a_request_is_known():
    assert pictures_of(EVERYWHERE) == ("/a.png", "/b.png", "/c.png", "/d.png")
    moved = with_pictures(EVERYWHERE, {f"/{name}.png": f"/kept/{name}.png" for name in "abcd"})
    assert pictures_of(moved) == tuple(f"/kept/{name}.png" for name in "abcd")
    assert with_pictures(moved, {f"/kept/{name}.png": f"/{name}.png" for name in "abcd"}) == EVERYWHERE
    assert with_pictures(EVERYWHERE, {}) is EVERYWHERE
    assert replace(moved, plan=None).extras["amount"] == 3
