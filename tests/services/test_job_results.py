"""What jobs leave on the disk, where, and what can be saved again."""

from pathlib import Path

import pytest

from tests.support.programs import FOX, over, studio
from tests.support.scripted import png
from tests.support.waiting import until
from tui.domain.errors import InputError, RequestRejectedError, SaveError, ServerUnreachableError
from tui.domain.job import JobStatus


async def test_a_reply_that_is_no_picture_fails_the_job_and_leaves_no_file(fleet, settings):
    fleet["paint"].body = lambda _: b"<html>login</html>"
    async with studio(settings, fleet) as it:
        job = await over(it.generation, (await it.generation.submit("paint", FOX)).id)
        assert job.status is JobStatus.FAILED
        assert "where a picture should be" in job.error_title
        assert list(Path(settings.current.pictures_folder).iterdir()) == []


async def test_what_could_not_be_saved_can_be_saved_again(fleet, settings, tmp_path):
    (tmp_path / "pictures").write_text("a file where the folder should be")
    async with studio(settings, fleet, tmp_path / "j.sqlite3") as it:
        job = await over(it.generation, (await it.generation.submit("paint", FOX)).id)
        assert job.status is JobStatus.FAILED
        assert isinstance(it.generation.error(job.id), SaveError)
        (tmp_path / "pictures").unlink()
        saved = await it.generation.save_again(job.id)
        assert (saved.status, saved.error_title) == (JobStatus.COMPLETED, "")
        assert Path(saved.outputs[0].path).is_file()
        assert (await it.generation.history())[0].status is JobStatus.COMPLETED


async def test_what_could_not_be_saved_can_be_saved_by_the_next_program(fleet, settings, tmp_path):
    (tmp_path / "pictures").write_text("a file where the folder should be")
    async with studio(settings, fleet, tmp_path / "j.sqlite3") as it:
        job = await over(it.generation, (await it.generation.submit("paint", FOX)).id)
    async with studio(settings, fleet, tmp_path / "j.sqlite3") as it:
        with pytest.raises(SaveError):
            await it.generation.save_again(job.id)
        (tmp_path / "pictures").unlink()
        saved = await it.generation.save_again(job.id)
        assert saved.status is JobStatus.COMPLETED
        assert Path(saved.outputs[0].path).is_file()
        with pytest.raises(InputError, match="nothing to save again"):
            await it.generation.save_again(job.id)
        with pytest.raises(InputError, match="outcome of this job is known"):
            await it.generation.look_again(job.id)


async def test_a_job_that_the_server_refused_has_nothing_to_save(fleet, settings):
    fleet["paint"].rejects = RequestRejectedError("No.")
    async with studio(settings, fleet) as it:
        job = await over(it.generation, (await it.generation.submit("paint", FOX)).id)
        with pytest.raises(InputError, match="failed before it made anything"):
            await it.generation.save_again(job.id)


async def test_preview_nodes_pictures_are_kept_only_when_there_is_nothing_else(fleet, settings):
    fleet["paint"].temporary = 1
    async with studio(settings, fleet) as it:
        both = await over(it.generation, (await it.generation.submit("paint", FOX)).id)
        assert [output.is_temporary for output in both.outputs] == [False]
        fleet["paint"].outputs = 0
        only = await over(it.generation, (await it.generation.submit("paint", FOX)).id)
        assert [(output.is_temporary, output.is_kept) for output in only.results] == [(True, True)]


async def test_what_preview_nodes_show_besides_lies_apart_from_the_results(fleet, settings, tmp_path):
    fleet["paint"].temporary = 2
    async with studio(settings, fleet, tmp_path / "j.sqlite3", asides=tmp_path / "cache") as it:
        done = await over(it.generation, (await it.generation.submit("paint", FOX)).id)
        assert len(done.results) == 1
        assert [Path(aside.path).parent for aside in done.asides] == [tmp_path / "cache" / done.id] * 2
        assert len(list((tmp_path / "pictures").rglob("*.*"))) == 1
    async with studio(settings, fleet, tmp_path / "j.sqlite3", asides=tmp_path / "cache") as it:
        again = (await it.generation.history())[0]
        assert (again.results, again.asides) == (done.results, done.asides)


async def test_what_was_shown_only_becomes_a_result_when_it_is_asked_for(fleet, settings, tmp_path):
    fleet["paint"].temporary = 2
    async with studio(settings, fleet, tmp_path / "j.sqlite3", asides=tmp_path / "cache") as it:
        done = await over(it.generation, (await it.generation.submit("paint", FOX)).id)
        kept = await it.generation.keep(done.id, done.asides[0].path)
        assert (len(kept.results), kept.asides) == (2, done.asides[1:])
        paths = [Path(result.path) for result in kept.results]
        assert {path.parent for path in paths} == {tmp_path / "pictures"}
        assert all(path.read_bytes().startswith(png()[:8]) for path in paths)
        assert (await it.generation.history())[0].results == kept.results
        with pytest.raises(InputError, match="nothing to save"):
            await it.generation.keep(done.id, done.asides[0].path)
        Path(done.asides[1].path).unlink()
        with pytest.raises(SaveError, match="no longer there"):
            await it.generation.keep(done.id, done.asides[1].path)


async def test_the_settings_may_keep_what_preview_nodes_show(fleet, settings, tmp_path):
    fleet["paint"].temporary = 1
    settings.change(keep_previews=True)
    async with studio(settings, fleet, asides=tmp_path / "cache") as it:
        done = await over(it.generation, (await it.generation.submit("paint", FOX)).id)
        assert (len(done.results), done.asides) == (2, ())


async def test_a_preview_that_cannot_be_fetched_fails_no_job(fleet, settings, tmp_path):
    fleet["paint"].temporary = 1
    fleet["paint"].body = lambda output: b"<html>gone</html>" if output.is_temporary else png()
    async with studio(settings, fleet, asides=tmp_path / "cache") as it:
        done = await over(it.generation, (await it.generation.submit("paint", FOX)).id)
        assert done.status is JobStatus.COMPLETED
        assert (len(done.results), done.asides) == (1, ())


async def test_only_the_last_jobs_previews_stay(fleet, settings, tmp_path, monkeypatch):
    monkeypatch.setattr("tui.services.results._MOST_JOBS", 2)
    fleet["paint"].temporary = 1
    async with studio(settings, fleet, asides=tmp_path / "cache") as it:
        for _ in range(3):
            await over(it.generation, (await it.generation.submit("paint", FOX)).id)
    assert len(list((tmp_path / "cache").iterdir())) == 2


async def test_a_fetch_that_breaks_off_is_tried_again(fleet, settings):
    fleet["paint"].fetch_faults = [ServerUnreachableError("It broke off.")]
    async with studio(settings, fleet) as it:
        job = await over(it.generation, (await it.generation.submit("paint", FOX)).id)
        assert job.status is JobStatus.COMPLETED
        assert len(job.outputs) == 1


async def test_it_is_known_which_pictures_would_be_lost_with_the_program(fleet, settings):
    fleet["paint"].is_gated = fleet["other"].is_gated = True
    fleet["paint"].keeps_results = False
    async with studio(settings, fleet) as it:
        running = [await it.generation.submit(server, FOX) for server in ("paint", "other", "paint")]
        await until(lambda: fleet["paint"].runs and fleet["other"].runs)
        assert {job.id for job in it.generation.at_risk} == {running[0].id}
        fleet["paint"].gate(running[0].id).set()
        await over(it.generation, running[0].id)
        await until(lambda: running[2].id in fleet["paint"].runs)
        assert {job.id for job in it.generation.at_risk} == {running[2].id}


async def test_a_relative_target_is_meant_from_where_it_was_submitted(fleet, settings, tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    async with studio(settings, fleet, tmp_path / "j.sqlite3", works_queue=False) as it:
        job = await it.generation.submit("paint", FOX, into="v1.5/", detach=True)
    monkeypatch.chdir(tmp_path / "elsewhere")
    async with studio(settings, fleet, tmp_path / "j.sqlite3") as it:
        done = await over(it.generation, job.id)
    assert Path(done.outputs[0].path).parent == tmp_path / "here" / "v1.5"


async def test_results_go_where_the_submission_says(fleet, settings, tmp_path):
    fleet["paint"].outputs = 2
    async with studio(settings, fleet) as it:
        job = await it.generation.submit("paint", FOX, into=str(tmp_path / "out" / "fox.png"))
        done = await over(it.generation, job.id)
    names = [Path(output.path).name for output in done.outputs]
    assert names == ["fox.png", "fox_2.png"]
    assert (tmp_path / "out" / "fox.png").read_bytes().startswith(png()[:8])
