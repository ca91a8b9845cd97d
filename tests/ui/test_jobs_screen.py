"""The jobs screen: views, search, pages, the queue, and what is known of each job."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.fake_queue import FakeChange
from tests.support.fake_services import FakeServices, connected, fake_services
from tests.support.studio import SIZES, Studio, open_studio
from tui.domain.events import JobDropped
from tui.domain.job import Job, JobId, JobStatus
from tui.domain.request import GenerationRequest, GraphPlan, Lora
from tui.ui.screens.jobs import JobsScreen
from tui.ui.screens.pick_sheet import PickSheet
from tui.ui.screens.question import Question
from tui.ui.screens.studio import StudioScreen
from tui.ui.widgets.find_line import FindLine
from tui.ui.widgets.job_archive import JobArchive
from tui.ui.widgets.search_list import SearchList


def job(number: int, status: JobStatus = JobStatus.COMPLETED, **changes: object) -> Job:
    """A job that was asked for `number` seconds after the beginning of time."""
    plain = Job(
        id=JobId(f"00000000-0000-4000-8000-{number:012d}"),
        server="gpu-box",
        request=GenerationRequest(prompt=f"fox {number}", seed=number, steps=20),
        status=status,
        created_at=float(number),
        started_at=None if status is JobStatus.PENDING else number + 1.0,
        ended_at=number + 5.0 if status.is_over else None,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # fields of a job


def with_waiting(services: FakeServices, *numbers: int) -> None:
    """These wait in our own queue, the first one next."""
    for number in numbers:
        services.generation.put(job(number, JobStatus.PENDING))


def listing(studio: Studio) -> JobArchive:
    return studio.app.screen.query_one(JobArchive)


def prompts(studio: Studio) -> list[str]:
    return [item.request.prompt for item in listing(studio).items]


async def to_jobs(studio: Studio, words: str) -> None:
    await studio.press("f3")
    await studio.until(lambda: list(studio.app.screen.query(JobArchive)))
    await studio.until_text(words)


@pytest.mark.parametrize("size", SIZES)
async def test_views_are_a_key_away_and_carry_their_numbers(tmp_path: Path, size: tuple[int, int]) -> None:
    services = fake_services(tmp_path, connected())
    services.generation.archive = (
        job(4),
        job(3, JobStatus.FAILED, error_title="Out of memory."),
        job(2, JobStatus.UNKNOWN),
    )
    with_waiting(services, 5, 6)
    async with open_studio(services, size) as studio:
        await to_jobs(studio, "all 5")
        await studio.until(lambda: prompts(studio) == ["fox 5", "fox 6", "fox 4", "fox 3", "fox 2"])
        for key, expected in (
            ("2", ["fox 5", "fox 6"]),
            ("3", []),
            ("4", ["fox 4"]),
            ("5", ["fox 3", "fox 2"]),
            ("left", ["fox 4"]),
            ("left", []),
        ):
            await studio.press(key)
            await studio.until(lambda expected=expected: prompts(studio) == expected)
        await studio.until_text("Nothing runs at the moment.")
        assert "waiting 2" in studio.text
        assert "failed 2" in studio.text


async def test_a_search_reaches_jobs_that_were_never_loaded(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    services.generation.archive = tuple(job(number) for number in range(999, 0, -1))
    async with open_studio(services) as studio:
        await to_jobs(studio, "fox 999")
        await studio.press("slash")
        await studio.until(lambda: list(studio.app.screen.query(FindLine)))
        await studio.pilot.pause()
        await studio.type("fox 11")
        await studio.until(lambda: len(listing(studio).items) == 11)
        await studio.press("enter", "n")
        assert listing(studio).cursor == 1
        await studio.press("N", "N")
        assert listing(studio).cursor == 10
        await studio.until_text("/fox 11")
        await studio.press("escape")
        await studio.until(lambda: len(listing(studio).items) > 11)
        await studio.press("escape")
        await studio.until(lambda: isinstance(studio.app.screen, StudioScreen))


async def test_nothing_found_is_said(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    services.generation.archive = (job(1),)
    async with open_studio(services) as studio:
        await to_jobs(studio, "fox 1")
        await studio.press("slash")
        await studio.until(lambda: list(studio.app.screen.query(FindLine)))
        await studio.pilot.pause()
        await studio.type("owl")
        await studio.until_text("No job has “owl”")


async def test_a_hundred_thousand_jobs_are_read_a_page_at_a_time(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    services.generation.archive = tuple(job(number) for number in range(100_000, 0, -1))
    generation = services.generation
    async with open_studio(services) as studio:
        await to_jobs(studio, "all 100000")
        await studio.until(lambda: listing(studio).items)
        assert generation.rows_read == 100
        await studio.press("G")
        await studio.until(lambda: len(listing(studio).items) == 200)
        assert generation.rows_read == 200
        assert listing(studio).cursor == 99
        await studio.press("4", "5", "1")
        await studio.until(lambda: len(listing(studio).items) == 100)
        assert generation.rows_read <= 500


async def test_a_job_is_told_in_full(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    failed = job(
        1, JobStatus.FAILED, error_title="Out of memory.", error_advice="Make it smaller.", notes=("cut",)
    )
    services.generation.archive = (failed,)
    services.generation.logs[failed.id] = (
        FakeChange("waiting", 1.0),
        FakeChange("running", 2.0),
        FakeChange("failed", 6.0, "Out of memory."),
    )
    async with open_studio(services) as studio:
        await to_jobs(studio, "Make it smaller.")
        await studio.until_text("waits here")
        for words in ("Note: cut", "Steps       20", "after 4.0 s", "started", "failed: Out of memory."):
            assert words in studio.text


async def test_the_whole_request_is_a_key_away(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    node = {"class_type": "KSampler", "inputs": {"steps": 20}}
    request = GenerationRequest(
        prompt="fox 1",
        loras=(Lora("ink", 0.5),),
        extras={"styles": "Fooocus V2"},
        plan=GraphPlan(graph={"3": node}),
    )
    services.generation.put(job(1, request=request))
    async with open_studio(services) as studio:
        await to_jobs(studio, "fox 1")
        await studio.press("w")
        for words in ('"class_type": "KSampler"', "ink at 0.5", '"styles": "Fooocus V2"'):
            await studio.until_text(words)
        await studio.press("escape")
        await studio.until(lambda: isinstance(studio.app.screen, JobsScreen))


async def test_the_order_of_the_queue_is_changed_with_keys(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    with_waiting(services, 1, 2, 3)
    async with open_studio(services) as studio:
        await to_jobs(studio, "waiting 3")
        await studio.press("j", "j", "K")
        await studio.until(lambda: prompts(studio) == ["fox 1", "fox 3", "fox 2"])
        assert listing(studio).cursor == 1
        await studio.press("alt+down")
        await studio.until(lambda: prompts(studio) == ["fox 1", "fox 2", "fox 3"])
        assert listing(studio).cursor == 2


async def test_a_queue_and_all_queues_are_paused_and_resumed(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected("gpu-box"), connected("attic"))
    services.generation.servers = ("gpu-box", "attic")
    services.generation.seconds_left = 125.0
    with_waiting(services, 1)
    async with open_studio(services) as studio:
        await to_jobs(studio, "2 min left")
        await studio.press("p")
        await studio.until_text("‖ paused: gpu-box")
        assert "2 min left" not in studio.text
        await studio.press("P")
        await studio.until_text("‖ all paused")
        await studio.press("P")
        await studio.until_text("2 min left")
        assert services.generation.paused == set()


async def test_a_waiting_job_goes_to_another_server(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected("gpu-box"), connected("attic"), connected("old", "a1111"))
    with_waiting(services, 1)
    async with open_studio(services) as studio:
        await to_jobs(studio, "fox 1")
        await studio.press("m")
        await studio.until(lambda: isinstance(studio.app.screen, PickSheet))
        await studio.until_text("attic")
        values = [option.value for option in studio.app.screen.query_one(SearchList).listing.items]
        assert values == ["attic", "old"]
        await studio.type("att")
        await studio.press("enter")
        await studio.until(lambda: services.generation.jobs[0].server == "attic")


async def test_what_does_not_go_with_a_job_is_said_before_it_is_moved(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected("gpu-box"), connected("old", "a1111"))
    services.transfers.losses = ("Sampler “uni_pc” is not there: “Euler” instead.",)
    with_waiting(services, 1)
    async with open_studio(services) as studio:
        await to_jobs(studio, "fox 1")
        for answer, server in (("n", "gpu-box"), ("y", "old")):
            await studio.press("m")
            await studio.until(lambda: isinstance(studio.app.screen, PickSheet))
            await studio.press("enter")
            await studio.until_text("“uni_pc” is not there")
            await studio.press(answer)
            await studio.until(lambda: isinstance(studio.app.screen, JobsScreen))
            await studio.until(lambda server=server: services.generation.jobs[0].server == server)


async def test_what_cannot_be_done_is_said_with_what_can(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    services.generation.put(job(1, JobStatus.COMPLETED))
    async with open_studio(services) as studio:
        await to_jobs(studio, "fox 1")
        for key, words in (
            ("m", "in the form its request can go to any server"),
            ("e", "its request goes into the form as a new one"),
            ("K", "This job cannot be moved."),
            ("s", "Nothing of this job is unsaved."),
        ):
            await studio.press(key)
            await studio.until(
                lambda words=words: words in " ".join(n.message for n in studio.app._notifications)
            )


async def test_a_waiting_job_is_changed_in_the_form_and_keeps_its_place(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    with_waiting(services, 1, 2)
    async with open_studio(services) as studio:
        await to_jobs(studio, "fox 1")
        await studio.press("e")
        await studio.until(lambda: isinstance(studio.app.screen, StudioScreen))
        await studio.until(lambda: studio.row("seed").value == 1)
        await studio.press("escape", "ctrl+end")
        await studio.type(" red")
        await studio.press("ctrl+g")
        await studio.until(lambda: services.generation.job(job(1).id).request.prompt == "fox 1 red")
        await studio.until_text("The waiting job was changed")
        assert len(services.generation.jobs) == 2
        await studio.press("ctrl+g")
        await studio.until(lambda: len(services.generation.jobs) == 3)


async def test_a_job_that_is_over_is_dropped_after_a_question(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    services.generation.archive = (job(2), job(1))
    async with open_studio(services) as studio:
        await to_jobs(studio, "fox 2")
        await studio.press("d")
        await studio.until(lambda: isinstance(studio.app.screen, Question))
        await studio.press("y")
        await studio.until(lambda: [j.id for j in services.generation.archive] == [job(1).id])
        await studio.until(lambda: prompts(studio) == ["fox 1"])
        await studio.until_text("all 1")


async def test_all_that_is_over_is_dropped_after_a_question_that_counts(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    for number, status in enumerate(JobStatus, 1):
        services.generation.put(job(number, status))
    services.generation.archive = tuple(job(number) for number in range(300, 100, -1))
    async with open_studio(services) as studio:
        await to_jobs(studio, "fox 1")
        await studio.press("6")
        await studio.until(lambda: prompts(studio) == ["fox 5"])
        await studio.press("D")
        await studio.until_text("Drop 1 job?")
        await studio.press("y")
        await studio.until_text("Nothing was cancelled.")
        await studio.press("1", "D")
        await studio.until_text("201 done, 1 failed; those whose outcome is unknown stay.")
        await studio.press("n")
        await studio.until(lambda: isinstance(studio.app.screen, JobsScreen))
        assert len(services.generation.archive) == 200
        await studio.press("D")
        await studio.until(lambda: isinstance(studio.app.screen, Question))
        await studio.press("y")
        await studio.until(lambda: len(prompts(studio)) == 3)
        statuses = {job.status for job in listing(studio).items}
        assert statuses == {JobStatus.PENDING, JobStatus.IN_PROGRESS, JobStatus.UNKNOWN}
        await studio.press("D")
        await studio.until_text("Nothing here is over.")


async def test_what_another_program_dropped_leaves_the_list(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    services.generation.put(job(1))
    services.generation.put(job(2))
    async with open_studio(services) as studio:
        await to_jobs(studio, "fox 1")
        gone = services.generation.jobs[0]
        await services.generation.drop(gone.id)
        services.generation.tell(JobDropped(gone.id))
        await studio.until(lambda: prompts(studio) == ["fox 1"])


async def test_an_unknown_one_is_looked_for_or_run_again(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    services.generation.put(job(1, JobStatus.UNKNOWN))
    async with open_studio(services) as studio:
        await to_jobs(studio, "Outcome unknown")
        await studio.press("a")
        await studio.until(lambda: services.generation.asked == [("look_again", job(1).id)])
        await studio.press("r")
        await studio.until(lambda: len(services.generation.jobs) == 2)


async def test_nothing_jumps_when_jobs_change(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    services.generation.archive = tuple(job(number) for number in range(50, 0, -1))
    running = job(99, JobStatus.IN_PROGRESS, total=20)
    services.generation.put(running)
    async with open_studio(services) as studio:
        await to_jobs(studio, "fox 50")
        await studio.press(*["j"] * 3)
        before = {widget.id: widget.region for widget in studio.app.screen.query("#body, #list, #side")}
        services.generation.put(replace(running, step=7))
        with_waiting(services, 100)
        await studio.until_text("fox 100")
        current = listing(studio).current
        assert current is not None
        assert current.request.prompt == "fox 48"
        after = {widget.id: widget.region for widget in studio.app.screen.query("#body, #list, #side")}
        assert before == after
