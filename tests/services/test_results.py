"""Saving: whole or not at all, under readable names, never over a file."""

import asyncio
import errno
import os
import resource
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.scripted import FixedSettings, png
from tui.domain.errors import SaveError, ServerReplyError, ServerUnreachableError
from tui.domain.job import Job, OutputImage, new_job_id
from tui.domain.request import GenerationRequest
from tui.services.naming import NamePattern, is_file_target
from tui.services.results import Arrival, ResultsService
from tui.storage import new_file

PNG = png()


def job(**values) -> Job:
    request = GenerationRequest(prompt="a red fox", seed=7, **values)
    return Job(id=new_job_id(), server="gpu box", request=request, created_at=1_700_000_000)


def output(filename: str = "ComfyUI_00001_.png", **values) -> OutputImage:
    return OutputImage(filename=filename, **values)


async def pieces(body: bytes, size: int = 7) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


async def broken_pieces() -> AsyncIterator[bytes]:
    yield PNG[:20]
    raise ServerUnreachableError("The connection broke off.")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "pictures"


@pytest.fixture
def settings(folder: Path) -> FixedSettings:
    return FixedSettings(str(folder))


@pytest.fixture
def results(settings: FixedSettings) -> ResultsService:
    return ResultsService(settings)


async def test_a_picture_lies_there_as_it_came_and_nothing_else_does(results, folder):
    saved = await results.save(job(), output(seed=8), pieces(PNG))
    assert saved.path == str(folder / "txt2img_default_00001.png")
    assert (saved.media_type, saved.seed) == ("image/png", 8)
    assert [path.name for path in folder.iterdir()] == ["txt2img_default_00001.png"]
    assert Path(saved.path).read_bytes() == PNG


async def test_numbers_go_on_where_an_earlier_program_left_them(results, folder):
    folder.mkdir()
    for number in range(1, 38):
        (folder / f"txt2img_default_{number:05}.png").write_bytes(b"older")
    names = [Path((await results.save(job(), output(), pieces(PNG))).path).name for _ in range(2)]
    assert names == ["txt2img_default_00038.png", "txt2img_default_00039.png"]
    assert (folder / "txt2img_default_00037.png").read_bytes() == b"older"


async def test_many_at_once_never_take_the_same_name(results, folder):
    saved = await asyncio.gather(*(results.save(job(), output(), pieces(PNG)) for _ in range(20)))
    assert len({output.path for output in saved}) == 20
    assert len(list(folder.iterdir())) == 20


async def test_a_name_taken_at_the_last_moment_is_left_alone(results, folder):
    def snatch(arrival: Arrival) -> None:
        if arrival.path.name.endswith("00001.png"):
            arrival.path.write_bytes(b"somebody else's")

    saved = await results.save(job(), output(), pieces(PNG), announce=snatch)
    assert Path(saved.path).name == "txt2img_default_00002.png"
    assert (folder / "txt2img_default_00001.png").read_bytes() == b"somebody else's"


async def test_a_file_system_without_links_is_served_too(results, folder, monkeypatch):
    def no_links(source: Path, target: Path) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(new_file.os, "link", no_links)
    for _ in range(2):
        await results.save(job(), output(), pieces(PNG))
    assert sorted(path.name for path in folder.iterdir()) == [
        "txt2img_default_00001.png",
        "txt2img_default_00002.png",
    ]
    assert all(path.read_bytes() == PNG for path in folder.iterdir())


@pytest.mark.parametrize(
    ("name", "into", "expected"),
    [
        ("named", "out/fox.png", "out/fox.png"),
        ("folder by its separator", "out.png/", "out.png/txt2img_default_00001.png"),
        ("folder without a suffix", "out", "out/txt2img_default_00001.png"),
        ("folder with a dot", "v1.5", "v1.5/txt2img_default_00001.png"),
    ],
)
async def test_the_person_says_where(results, tmp_path, name, into, expected):
    target = str(tmp_path / into) + ("/" if into.endswith("/") else "")
    saved = await results.save(job(), output(), pieces(PNG), into=target)
    assert saved.path == str(tmp_path / expected)


async def test_a_file_that_the_person_names_is_never_overwritten(results, tmp_path):
    (tmp_path / "fox.png").write_bytes(b"the old fox")
    saved = await results.save(job(), output(), pieces(PNG), into=str(tmp_path / "fox.png"))
    assert saved.path == str(tmp_path / "fox_2.png")
    assert (tmp_path / "fox.png").read_bytes() == b"the old fox"


def test_an_existing_folder_is_a_folder_whatever_it_is_called(tmp_path):
    (tmp_path / "a.png").mkdir()
    assert not is_file_target(str(tmp_path / "a.png"))
    assert is_file_target(str(tmp_path / "b.PNG"))


@pytest.mark.parametrize(
    ("body", "filename", "media_type", "suffix"),
    [
        (PNG, "x.jpg", "image/png", ".png"),
        (b"\xff\xd8\xff\xe0" + bytes(20), "x.png", "image/jpeg", ".jpg"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "x.png", "image/webp", ".webp"),
        (b"GIF89a" + bytes(20), "x.png", "image/gif", ".gif"),
        (b"\x00\x00\x00\x20ftypisom" + bytes(20), "x.mp4", "video/mp4", ".mp4"),
        (b"\x1a\x45\xdf\xa3" + bytes(20), "x.webm", "video/webm", ".webm"),
    ],
)
async def test_the_content_decides_the_extension(results, body, filename, media_type, suffix):
    saved = await results.save(job(), output(filename), pieces(body))
    assert (saved.media_type, Path(saved.path).suffix) == (media_type, suffix)


async def test_text_where_text_belongs_is_saved_as_text(results):
    saved = await results.save(
        job(), output("notes.txt", media_type="text/plain"), pieces("Füchse\n".encode())
    )
    assert (saved.media_type, Path(saved.path).suffix) == ("text/plain", ".txt")


@pytest.mark.parametrize("body", [b"", b"<!DOCTYPE html><title>login</title>", b"\x00\x01\x02\x03" * 50])
async def test_a_picture_that_is_none_leaves_nothing(results, folder, body):
    with pytest.raises(ServerReplyError, match="where a picture should be"):
        await results.save(job(), output(), pieces(body))
    assert list(folder.iterdir()) == []


async def test_a_transfer_that_breaks_off_leaves_nothing(results, folder):
    with pytest.raises(ServerUnreachableError):
        await results.save(job(), output(), broken_pieces())
    assert list(folder.iterdir()) == []


async def test_a_cancelled_save_leaves_nothing(results, folder):
    never = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield PNG
        await never.wait()

    saving = asyncio.create_task(results.save(job(), output(), endless()))
    while not folder.is_dir() or not list(folder.iterdir()):
        await asyncio.sleep(0.005)
    saving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await saving
    assert list(folder.iterdir()) == []


async def test_a_save_that_is_cancelled_while_its_file_is_made_leaves_nothing(results, folder, monkeypatch):
    begun, goes_on = threading.Event(), threading.Event()

    def slowly(where: Path) -> new_file.NewFile:
        begun.set()
        goes_on.wait(10)
        return new_file.NewFile(where)

    monkeypatch.setattr("tui.services.results.NewFile", slowly)
    saving = asyncio.create_task(results.save(job(), output(), pieces(PNG)))
    await asyncio.to_thread(begun.wait, 10)
    saving.cancel()
    asyncio.get_running_loop().call_soon(goes_on.set)
    with pytest.raises(asyncio.CancelledError):
        await saving
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "evil", ["../../etc/cron.d/x.png", "/etc/passwd", "a\x1b]0;x\x07.png", "con\u202egnp.exe"]
)
async def test_a_server_s_name_is_never_a_path(results, folder, evil):
    hostile = job(workflow=evil)
    saved = await results.save(hostile, output(evil, subfolder="../.."), pieces(PNG))
    assert Path(saved.path).parent == folder
    assert Path(saved.path).name.isprintable()
    assert "\u202e" not in saved.path


async def test_the_pattern_may_make_folders_and_name_everything(results, settings, folder):
    settings.change(name_pattern="{server}/{prompt} {seed} {number:03}")
    saved = await results.save(job(), output(seed=9), pieces(PNG))
    assert saved.path == str(folder / "gpu box" / "a red fox 9 001.png")


async def test_a_pattern_without_a_number_gets_one_when_needed(results, settings, folder):
    settings.change(name_pattern="{prompt}")
    names = [Path((await results.save(job(), output(), pieces(PNG))).path).name for _ in range(3)]
    assert names == ["a red fox.png", "a red fox_2.png", "a red fox_3.png"]


@pytest.mark.parametrize(
    "pattern", ["{nonsense}", "{number", "{number:q}", "../{number}", "/tmp/{number}", "{seed.real}", ""]
)
async def test_a_pattern_that_cannot_be_used_is_said(results, settings, pattern):
    settings.change(name_pattern=pattern)
    with pytest.raises(SaveError, match="name pattern"):
        await results.save(job(), output(), pieces(PNG))


def test_a_long_prompt_makes_a_name_that_the_disk_takes(tmp_path):
    wordy = job()
    wordy = replace(wordy, request=replace(wordy.request, prompt="über " * 200))
    stem = NamePattern("{prompt}_{prompt}_{prompt}_{number}").stem(wordy, output(), 123)
    (tmp_path / f"{stem}.png").write_bytes(b"")


async def test_a_full_disk_is_said_and_leaves_nothing(results, folder):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, hard))
    try:
        with pytest.raises(SaveError, match=r"The disk of .* is full") as caught:
            await results.save(job(), output(), pieces(PNG + bytes(100_000), 5000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "save again" in caught.value.advice
    assert list(folder.iterdir()) == []
    await results.save(job(), output(), pieces(PNG))


async def test_a_folder_that_may_not_be_written_is_said(results, folder):
    folder.mkdir(mode=0o500)
    was_root = os.geteuid() == 0
    if was_root:
        os.seteuid(65534)  # permissions do not hold for root
    try:
        with pytest.raises(SaveError, match="cannot be written to"):
            await results.save(job(), output(), pieces(PNG))
    finally:
        if was_root:
            os.seteuid(0)


async def test_a_folder_that_is_taken_away_meanwhile_is_said(results, folder):
    async def pieces_and_theft() -> AsyncIterator[bytes]:
        yield PNG
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()

    with pytest.raises(SaveError, match="is not there"):
        await results.save(job(), output(), pieces_and_theft())
    await results.save(job(), output(), pieces(PNG))  # made anew


async def test_what_a_killed_program_left_is_swept_a_day_later(results, folder):
    folder.mkdir()
    old, fresh = folder / ".latentui-0123456789abcdef.part", folder / ".latentui-fedcba9876543210.part"
    for path in (old, fresh):
        path.write_bytes(PNG[:20])
    os.utime(old, (1, 1))
    await results.save(job(), output(), pieces(PNG))
    assert not old.exists()
    assert fresh.exists()


@pytest.mark.parametrize(
    ("workflow", "name"),
    [
        ("/pictures/canvas_00012.png", "canvas_00001.png"),
        ("/pictures/canvas_00001_00012.webm", "canvas_00001.png"),
        ("/pictures/00012.png", "00012_00001.png"),
        ("/flows/canvas_00012.json", "canvas_00012_00001.png"),
        ("/pictures/fox_7.png", "fox_7_00001.png"),
    ],
)
async def test_a_result_made_from_a_result_does_not_pile_up_numbers(results, workflow, name):
    saved = await results.save(job(workflow=workflow), output(), pieces(PNG))
    assert Path(saved.path).name == name
