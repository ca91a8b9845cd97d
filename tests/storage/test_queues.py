"""Our own queue against a plain list: whatever people do to it, jobs go in the order they see."""

import time
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from tui.domain.job import Job, JobId, new_job_id
from tui.domain.request import GenerationRequest
from tui.storage import jobs, leases, queues
from tui.storage.database import open_in_memory
from tui.storage.entries import Entry, Phase

places = st.integers(0, 5)
acts = st.one_of(
    st.tuples(st.just("submit"), places, places),
    st.tuples(st.just("move"), places, places),
    st.tuples(st.just("cancel"), places, places),
    st.tuples(st.just("claim"), places, places),
    st.tuples(st.just("put back"), places, places),
    st.tuples(st.just("elsewhere"), places, places),
)


class Model:
    """The queue as a list, beside the one in the journal."""

    def __init__(self) -> None:
        self.db = open_in_memory()
        self.owner = leases.this_program()
        leases.beat(self.db, self.owner)
        self.waiting: list[JobId] = []
        self.elsewhere: list[JobId] = []
        self.taken: list[JobId] = []

    def submit(self, _: int, __: int) -> None:
        request = GenerationRequest(prompt="a red fox")
        job = Job(id=new_job_id(), server="paint", request=request, created_at=time.time())
        jobs.insert(self.db, Entry(job=job))
        self.waiting.append(job.id)

    def move(self, which: int, to: int) -> None:
        if which < len(self.waiting):
            job_id = self.waiting.pop(which)
            self.waiting.insert(to, job_id)
            assert queues.move(self.db, job_id, to)

    def cancel(self, which: int, _: int) -> None:
        if which < len(self.waiting):
            assert queues.cancel_waiting(self.db, self.waiting.pop(which))

    def claim(self, _: int, __: int) -> None:
        claimed = leases.claim_next(
            self.db, "paint", self.owner, depth=10_000, takes_free=True, is_reachable=True
        )
        assert (claimed.job.id if claimed else None) == (self.waiting.pop(0) if self.waiting else None)
        if claimed:
            self.taken.append(claimed.job.id)

    def put_back(self, which: int, _: int) -> None:
        if which < len(self.taken):
            job_id = self.taken.pop(which)
            assert queues.put_back(self.db, job_id, self.owner.id)
            self.waiting.insert(0, job_id)

    def go_elsewhere(self, which: int, _: int) -> None:
        if which < len(self.waiting):
            job_id = self.waiting.pop(which)
            assert queues.move_to_server(self.db, job_id, "other")
            self.elsewhere.append(job_id)

    def check(self) -> None:
        assert queues.waiting(self.db, "paint") == tuple(self.waiting)
        assert queues.waiting(self.db, "other") == tuple(self.elsewhere)


@settings(max_examples=60, deadline=None)
@given(st.lists(acts, max_size=25))
def test_jobs_go_in_the_order_that_people_see(script):
    model = Model()
    deeds: dict[str, Callable[[int, int], None]] = {
        "submit": model.submit,
        "move": model.move,
        "cancel": model.cancel,
        "claim": model.claim,
        "put back": model.put_back,
        "elsewhere": model.go_elsewhere,
    }
    for deed, which, to in script:
        deeds[deed](which, to)
        model.check()
    model.db.close()


def test_a_job_that_is_no_longer_waiting_cannot_be_arranged():
    model = Model()
    model.submit(0, 0)
    (job_id,) = model.waiting
    model.claim(0, 0)
    assert not queues.move(model.db, job_id, 0)
    assert not queues.move_to_server(model.db, job_id, "other")
    assert not queues.cancel_waiting(model.db, job_id)
    assert not queues.edit(model.db, job_id, GenerationRequest())
    assert not queues.put_back(model.db, job_id, "somebody else")
    assert [change.phase for change in jobs.changes(model.db, job_id)] == [Phase.WAITING, Phase.SENT]
    model.db.close()
