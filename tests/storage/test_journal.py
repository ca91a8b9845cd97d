"""The journal: what is written is there, and what goes wrong is said."""

import subprocess
import sys
import time

import pytest

from tui.domain.job import Job, JobId, JobStatus, OutputImage, SavedOutput, new_job_id
from tui.domain.request import GenerationRequest
from tui.storage import jobs, leases, outputs, queues, timings
from tui.storage.database import open_in_memory, transaction
from tui.storage.entries import Entry, Phase


def entry(server: str = "paint", prompt: str = "a red fox", **values) -> Entry:
    request = GenerationRequest(prompt=prompt, seed=7)
    job = Job(id=new_job_id(), server=server, request=request, created_at=time.time())
    return Entry(job=job, **values)


@pytest.fixture
def db():
    db = open_in_memory()
    yield db
    db.close()


@pytest.fixture
def owner(db):
    owner = leases.this_program()
    leases.beat(db, owner)
    return owner


def test_a_job_comes_back_as_it_went(db):
    written = entry(waits_for_server=True, target="out/")
    jobs.insert(db, written)
    found = jobs.find(db, written.job.id)
    assert found is not None
    assert found.job == written.job
    assert (found.phase, found.waits_for_server, found.target) == (Phase.WAITING, True, "out/")


def test_each_change_of_state_is_a_row(db, owner):
    job = entry().job
    jobs.insert(db, Entry(job=job))
    claimed = leases.claim_next(db, "paint", owner, depth=2, takes_free=True, is_reachable=True)
    assert claimed is not None
    for phase in (Phase.QUEUED, Phase.QUEUED, Phase.RUNNING, Phase.COMPLETED):
        assert jobs.update(db, job, phase, owner.id)
    assert [change.phase for change in jobs.changes(db, job.id)] == [
        Phase.WAITING,
        Phase.SENT,
        Phase.QUEUED,
        Phase.RUNNING,
        Phase.COMPLETED,
    ]


def test_jobs_go_in_the_order_of_their_queue_and_no_more_than_there_is_room_for(db, owner):
    ids = [entry().job for _ in range(4)]
    for job in ids:
        jobs.insert(db, Entry(job=job))
    queues.move(db, ids[3].id, 0)

    def claim() -> JobId | None:
        claimed = leases.claim_next(db, "paint", owner, depth=2, takes_free=True, is_reachable=True)
        return claimed.job.id if claimed else None

    assert [claim(), claim(), claim()] == [ids[3].id, ids[0].id, None]
    jobs.update(db, ids[3], Phase.COMPLETED, owner.id)
    assert claim() == ids[1].id


def test_a_job_that_a_program_keeps_for_itself_is_not_another_s(db, owner):
    other = leases.this_program()
    leases.beat(db, other)
    kept = entry(owner=other.id)
    jobs.insert(db, kept)
    assert leases.claim_next(db, "paint", owner, depth=2, takes_free=True, is_reachable=True) is None
    assert not leases.claim(db, kept.job.id, owner)
    leases.leave(db, other)
    taken = leases.claim_next(db, "paint", owner, depth=2, takes_free=True, is_reachable=True)
    assert taken is not None
    assert taken.waits_for_server  # nobody is there any more to read an error


def test_a_job_taken_over_by_another_can_no_longer_be_written(db, owner):
    job = entry(owner=owner.id).job
    jobs.insert(db, Entry(job=job, owner=owner.id))
    leases.leave(db, owner)
    assert not jobs.update(db, job, Phase.RUNNING, owner.id)


def test_the_jobs_of_a_program_that_died_are_found_again(db):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    dead = leases.Owner(id="dead", process=ended.pid, host=leases._host(), began="1")
    leases.beat(db, dead)
    lost = entry(owner="dead", phase=Phase.RUNNING)
    jobs.insert(db, lost)
    living = leases.this_program()
    leases.beat(db, living)
    assert leases.bury_dead(db) == 1
    (found,) = leases.claim_orphans(db, "paint", living)
    assert found.job.id == lost.job.id
    assert leases.bury_dead(db) == 0


def test_a_program_that_was_killed_and_not_yet_buried_by_its_parent_is_dead(db):
    zombie = subprocess.Popen([sys.executable, "-c", ""])
    began = leases._beginning_of(zombie.pid)
    leases.beat(db, leases.Owner(id="zombie", process=zombie.pid, host=leases._host(), began=began))
    while leases._beginning_of(zombie.pid) == began:
        time.sleep(0.005)
    assert leases.bury_dead(db) == 1
    zombie.wait()


def test_another_process_with_the_same_number_is_not_the_same_program(db):
    mine = leases.this_program()
    leases.beat(db, leases.Owner(id="older", process=mine.process, host=mine.host, began="1"))
    assert leases.bury_dead(db) == 1


def test_a_program_elsewhere_lives_while_its_heart_beats(db, monkeypatch):
    leases.beat(db, leases.Owner(id="far", process=1, host="another machine", began=""))
    assert leases.bury_dead(db) == 0
    monkeypatch.setattr(leases, "_STALE_SECONDS", -1.0)
    assert leases.bury_dead(db) == 1


def test_outputs_are_known_again_by_what_was_announced(db):
    job = entry().job
    jobs.insert(db, Entry(job=job))
    outputs.offer(db, job.id, 0, OutputImage(filename="a.png"))
    outputs.announce(db, job.id, 0, "/p/a.png", 12, "abc")
    (noted,) = outputs.of_job(db, job.id)
    assert (noted.path, noted.size, noted.digest, noted.saved) == ("/p/a.png", 12, "abc", None)
    saved = SavedOutput(path="/p/a.png", media_type="image/png", seed=7)
    outputs.save(db, job.id, 0, saved)
    found = jobs.find(db, job.id)
    assert found is not None
    assert found.job.outputs == (saved,)


def test_pages_go_back_in_time_and_can_be_searched(db, owner):
    written = [entry(prompt=f"Fox number {number}").job for number in range(10)]
    for job in written:
        jobs.insert(db, Entry(job=job, owner=owner.id))
    jobs.update(db, written[4], Phase.FAILED, owner.id)
    ids = [job.id for job in written]
    newest = jobs.page(db, limit=3)
    assert [entry.job.id for entry in newest] == ids[:-4:-1]
    older = jobs.page(db, limit=3, before=newest[-1].job.id)
    assert [entry.job.id for entry in older] == ids[6:3:-1]
    assert [entry.job.id for entry in jobs.page(db, text="FOX NUMBER 8")] == [ids[8]]
    assert [entry.job.id for entry in jobs.page(db, status=JobStatus.FAILED)] == [ids[4]]
    assert len(jobs.page(db, status=JobStatus.PENDING)) == 9
    assert jobs.counts(db)[JobStatus.FAILED] == 1
    assert [found.job.id for found in jobs.beginning_with(db, ids[2][:12].upper())] == [ids[2]]


def test_only_what_is_over_can_be_deleted_and_then_nothing_of_it_stays(db, owner):
    job = entry().job
    jobs.insert(db, Entry(job=job, owner=owner.id))
    outputs.offer(db, job.id, 0, OutputImage(filename="a.png"))
    assert not jobs.delete(db, job.id)
    jobs.update(db, job, Phase.COMPLETED, owner.id)
    assert jobs.delete(db, job.id)
    for table in ("jobs", "requests", "changes", "outputs"):
        assert db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_the_newest_job_counts_most_in_an_estimate(db):
    assert timings.expected(db, "k") is None
    timings.learn(db, "k", 10)
    assert timings.expected(db, "k") == 10
    timings.learn(db, "k", 20)
    assert timings.expected(db, "k") == pytest.approx(13)


def test_half_a_transaction_is_nothing(db):
    def half() -> None:
        with transaction(db):
            jobs.insert(db, entry())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert jobs.counts(db)[JobStatus.PENDING] == 0
