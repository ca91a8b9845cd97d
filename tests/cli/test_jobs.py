"""`latentui jobs`: each of its actions, by itself and as JSON, and how it ends."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Ended, Latentui
from tests.support.engine_process import EngineProcess
from tui.services.bundle import open_services

SMALL = ("--size", "64x64", "--steps", "2", "--seed", "7")


@pytest.fixture
def settings(own_home: Path, engine: EngineProcess) -> None:
    """Two names for the engine: jobs can be left to other programs, and moved."""
    own_home.mkdir(parents=True, exist_ok=True)
    (own_home / "config").mkdir(parents=True, exist_ok=True)
    lines = [
        f'[servers.{name}]\nkind = "comfyui"\nurl = "{engine.url}"\nenabled = true'
        for name in ("here", "there")
    ]
    (own_home / "config" / "settings.toml").write_text("\n".join(lines))


async def waiting(prompt: str = "a fox") -> str:
    """The id of a job that a paused queue holds."""
    values = {"prompt": prompt, "width": 64, "height": 64, "steps": 2, "seed": 7}
    async with open_services(watches=False) as services:
        await services.generation.pause("here")
        request = await services.workflows.request("here", "txt2img_default", values)
        return (await services.generation.submit("here", request, detach=True)).id


def tree(ended: Ended) -> Any:
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


@pytest.mark.usefixtures("settings")
async def test_a_queue_is_paused_put_in_order_and_resumed(latentui: Latentui) -> None:
    fox = await waiting()
    owl = await waiting("an owl")
    paused = tree(await latentui("jobs", "pause", "--json"))
    assert ({"here", "there"} <= set(paused["paused"]), paused["waiting"]) == (True, 2)
    moved = tree(await latentui("jobs", "move", owl[:8], "0", "--json"))
    assert (moved["id"], moved["status"]) == (owl, "pending")
    resumed = await latentui("jobs", "resume")
    assert resumed.code == 0
    assert "2 waiting: the studio runs them, or `latentui jobs work`." in resumed.err
    worked = await latentui("jobs", "work", "--until-empty")
    assert worked.code == 0
    jobs = {job["id"]: job for job in tree(await latentui("jobs", "list", "--json"))}
    assert {job["status"] for job in jobs.values()} == {"completed"}
    assert jobs[owl]["started_at"] < jobs[fox]["started_at"]
    assert "✓" in worked.err


@pytest.mark.usefixtures("settings")
async def test_a_server_that_nobody_knows_is_not_paused(latentui: Latentui) -> None:
    ended = await latentui("jobs", "pause", "heer")
    assert ended.code == 2
    assert 'There is no server "heer"' in ended.err


@pytest.mark.usefixtures("settings")
async def test_a_job_goes_to_another_server_and_is_made_there(latentui: Latentui) -> None:
    fox = await waiting()
    assert (await latentui("jobs", "move", fox, "nowhere")).code == 2
    assert tree(await latentui("jobs", "move", fox, "there", "--json"))["server"] == "there"
    assert (await latentui("jobs", "work", "--until-empty")).code == 0
    watched = await latentui("jobs", "watch", fox, "--json")
    assert (watched.code, watched.events[-1]["status"]) == (0, "completed")
    waited = await latentui("generate", "--wait", fox)
    assert (waited.code, waited.out.strip()) == (0, watched.events[-1]["outputs"][0]["path"])


@pytest.mark.usefixtures("settings")
async def test_a_cancelled_job_ends_those_who_wait_for_it_so(latentui: Latentui) -> None:
    fox = await waiting()
    cancelled = await latentui("jobs", "cancel", fox)
    assert (cancelled.code, cancelled.out[:1]) == (0, "–")
    assert (await latentui("jobs", "watch", fox)).code == 130
    assert (await latentui("generate", "--wait", fox)).code == 130
    assert (await latentui("jobs", "move", fox, "there")).code == 2
    shown = await latentui("jobs", "show", fox, "--json")
    assert tree(shown)["request"]["prompt"] == "a fox"
    assert [change["state"] for change in tree(shown)["log"]] == ["waiting", "cancelled"]


@pytest.mark.usefixtures("settings")
async def test_a_job_is_run_again_from_what_it_asked_for(latentui: Latentui, tmp_path: Path) -> None:
    into = tmp_path / "into"
    first = await latentui("generate", "a fox", "--server", "here", *SMALL, "-o", str(into), "--json")
    assert first.code == 0, first.err
    again = tree(await latentui("jobs", "retry", first.named("completed")[0]["job"], "--json"))["job"]
    waited = await latentui("generate", "--wait", again)
    assert waited.code == 0, waited.err
    assert Path(waited.out.strip()).parent == into


@pytest.mark.usefixtures("settings")
async def test_what_is_finished_is_dropped_and_the_rest_stays(latentui: Latentui) -> None:
    made = await latentui("generate", "a fox", "--server", "there", *SMALL)
    left = await waiting()
    refused = await latentui("jobs", "drop", "--finished")
    assert refused.code == 2
    assert "1 job would be dropped" in refused.err
    assert tree(await latentui("jobs", "drop", "--finished", "--status", "failed", "--json")) == {
        "dropped": 0
    }
    assert tree(await latentui("jobs", "drop", "--finished", "--yes", "--json")) == {"dropped": 1}
    assert [job["id"] for job in tree(await latentui("jobs", "list", "--json"))] == [left]
    assert Path(made.out.strip()).is_file()
    assert (await latentui("jobs", "drop", left)).code == 2
    assert (await latentui("jobs", "drop")).code == 2
    assert (await latentui("jobs", "drop", "--finished", "--status", "pending")).code == 2


@pytest.mark.parametrize("action", ["show", "cancel", "retry", "again", "save", "drop", "watch"])
async def test_an_id_that_nobody_knows_is_said(latentui: Latentui, action: str) -> None:
    ended = await latentui("jobs", action, "0000")
    assert (ended.code, ended.out) == (2, "")
    assert "There is no job 0000." in ended.err


async def test_no_jobs_are_said_beside_the_list(latentui: Latentui) -> None:
    ended = await latentui("jobs")
    assert (ended.code, ended.out) == (0, "")
    assert "There are no jobs yet." in ended.err
    assert tree(await latentui("jobs", "list", "--json")) == []


async def test_a_journal_that_cannot_be_used_is_said_rather_than_an_empty_one_shown(
    latentui: Latentui, own_home: Path
) -> None:
    journal = own_home / "data" / "journal.sqlite3"
    journal.mkdir(parents=True)
    ended = await latentui("jobs")
    assert (ended.code, ended.out) == (1, "")
    assert "The journal" in ended.err


async def test_a_job_that_nobody_could_find_is_not_left_behind(
    latentui: Latentui, own_home: Path, at: tuple[str, ...]
) -> None:
    (own_home / "data" / "journal.sqlite3").mkdir(parents=True)
    ended = await latentui("generate", "a fox", *at, *SMALL, "--detach")
    assert (ended.code, ended.out) == (1, "")
    made = await latentui("generate", "a fox", *at, *SMALL)
    assert made.code == 0
    assert "note: The journal" in made.err
