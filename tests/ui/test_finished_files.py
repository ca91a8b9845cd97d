"""What becomes of a job in the studio's picture pane: previews apart from results, texts, moving pictures."""

from pathlib import Path

import pytest
from PIL import Image

from tests.support.studio import Studio, picture_file
from tests.ui.test_engine_studio import engine_studio
from tui.domain.job import Job, JobId, JobStatus, SavedOutput
from tui.domain.request import GenerationRequest
from tui.services.pictures import PicturesService
from tui.services.posters import Poster
from tui.ui.finished import Result
from tui.ui.looks import look_at
from tui.ui.widgets.picture_pane import PicturePane


def pane_of(studio: Studio) -> PicturePane:
    return studio.app.screen.query_one(PicturePane)


def job_with(*outputs: SavedOutput) -> Job:
    return Job(
        id=JobId("3a0c2b9e-0000-4000-8000-000000000000"),
        server="engine",
        request=GenerationRequest(prompt="a fox"),
        status=JobStatus.COMPLETED,
        created_at=0.0,
        outputs=outputs,
    )


async def shown(studio: Studio, output: SavedOutput, job: Job) -> None:
    """Show a result the way the contact sheet does."""
    pane = pane_of(studio)
    pane.post_message(PicturePane.Chosen(Result(output, job)))
    await studio.until(lambda: pane.result is not None and pane.result.output == output)
    pane.focus()
    await studio.pilot.pause()


async def test_previews_are_gone_through_apart_from_the_result(tmp_path: Path) -> None:
    result = SavedOutput(path=str(picture_file(tmp_path / "fox.png")), media_type="image/png")
    words = tmp_path / "words.txt"
    words.write_text("a red fox\nin the snow")
    asides = [
        SavedOutput(path=str(path), media_type=kind, is_temporary=True, is_kept=False)
        for path, kind in ((picture_file(tmp_path / "depth.png", "blue"), "image/png"), (words, "text/plain"))
    ]
    async with engine_studio() as studio:
        await shown(studio, result, job_with(result, *asides))
        pane = pane_of(studio)
        assert "2 previews (p)" in pane.caption
        await studio.press("p")
        await studio.until(lambda: "preview 1 of 2, not saved" in pane.caption)
        assert pane.caption.startswith("depth.png")
        await studio.press("p")
        await studio.until_text("in the snow")
        assert "preview 2 of 2" in pane.caption
        await studio.press("p")
        await studio.until(lambda: pane.caption.startswith("fox.png"))
        assert "in the snow" not in studio.text


async def test_a_saved_picture_is_not_saved_again(tmp_path: Path) -> None:
    result = SavedOutput(path=str(picture_file(tmp_path / "fox.png")), media_type="image/png")
    async with engine_studio() as studio:
        await shown(studio, result, job_with(result))
        await studio.press("s")
        await studio.until_text("This is saved already")


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("song.flac", "audio/flac", "song.flac is a sound"),
        ("mesh.glb", "model/gltf-binary", "mesh.glb is a 3D model"),
        ("clip.mp4", "video/mp4", "clip.mp4 is a video"),
    ],
)
async def test_what_cannot_be_shown_is_said_with_the_way_to_open_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, kind: str, words: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # no ffmpeg
    (tmp_path / name).write_bytes(b"x" * 3000)
    output = SavedOutput(path=str(tmp_path / name), media_type=kind)
    async with engine_studio() as studio:
        await shown(studio, output, job_with(output))
        await studio.until_text(words)
        assert "o opens it" in " ".join(studio.text.split())


async def test_a_video_is_seen_by_its_still(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    still = picture_file(tmp_path / "still.png").read_bytes()

    async def poster_of(path: Path, media_type: str) -> Poster:
        return Poster(still, 2.5)

    monkeypatch.setattr("tui.services.pictures.poster_of", poster_of)
    (tmp_path / "clip.mp4").write_bytes(b"x")
    output = SavedOutput(path=str(tmp_path / "clip.mp4"), media_type="video/mp4")

    class Services:
        pictures = PicturesService()

    look = await look_at(Services(), output, None)  # type: ignore[arg-type]  # only pictures are asked
    assert (look.picture, look.caption) == (still, "clip.mp4 · a video · 2.5 s long")


async def test_an_animated_picture_moves_when_asked_to(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "lime", "blue")]
    path = tmp_path / "moving.gif"
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=40, loop=0)
    output = SavedOutput(path=str(path), media_type="image/gif")
    async with engine_studio() as studio:
        await shown(studio, output, job_with(output))
        pane, seen = pane_of(studio), set[bytes]()
        picture = pane.picture
        assert picture is not None
        assert "3 frames (space plays)" in pane.caption
        show = picture.preview
        picture.preview = lambda frame: (seen.add(frame), show(frame))[1]  # type: ignore[method-assign]
        await studio.press("space")
        await studio.until(lambda: len(seen) == 3)
        await studio.press("space")
        await studio.until(lambda: pane._playing is not None and not pane._playing.is_running)


async def test_a_job_too_quick_to_be_seen_running_is_shown() -> None:
    async with engine_studio() as studio:
        await studio.app.choose("workflow", "txt2img_default")
        await studio.until(lambda: studio.form.row("steps") is not None)
        studio.session.edit("steps", 1)
        studio.session.edit("prompt", "a fox")
        await studio.press("ctrl+g")
        await studio.until(lambda: pane_of(studio).result is not None, 30)
