"""When the sessions of a backend open and close, and who is told that they do."""

from contextlib import ExitStack

from tui.backends.sessions import Sessions, Watches
from tui.domain.job import JobId

JOB = JobId("a")


class Session:
    """Counts how often it was closed."""

    def __init__(self) -> None:
        self.closed = 0

    async def aclose(self) -> None:
        self.closed += 1


class Watch:
    """Knows whether it was given up."""

    def __init__(self) -> None:
        self.is_abandoned = False

    def abandon(self) -> None:
        self.is_abandoned = True


async def test_whoever_asks_gets_the_same_session_until_it_is_renewed() -> None:
    sessions = Sessions(Session)
    first = sessions.current
    assert sessions.current is first
    await sessions.renew()
    assert sessions.current is not first
    assert first.closed == 1


async def test_a_session_in_use_is_closed_when_its_last_user_is_done() -> None:
    sessions = Sessions(Session)
    async with sessions.used() as first:
        async with sessions.used() as same:
            assert same is first
            await sessions.renew()
        assert first.closed == 0
        async with sessions.used() as second:
            assert second is not first
    assert (first.closed, second.closed) == (1, 0)


async def test_closing_closes_also_what_is_in_use_and_only_once() -> None:
    sessions = Sessions(Session)
    async with sessions.used() as old:
        await sessions.renew()
        async with sessions.used() as new:
            await sessions.aclose()
            assert (old.closed, new.closed) == (1, 1)
    assert (old.closed, new.closed) == (1, 1)


def test_a_later_watch_of_the_same_job_is_not_forgotten_with_the_earlier_one() -> None:
    watches: Watches[Watch] = Watches()
    later = Watch()
    with ExitStack() as outlasting:
        with watches.holding(JOB, Watch()):
            outlasting.enter_context(watches.holding(JOB, later))
        assert watches.of(JOB) is later
    assert watches.of(JOB) is None


def test_only_watches_that_still_follow_a_job_are_abandoned() -> None:
    watches: Watches[Watch] = Watches()
    gone, there = Watch(), Watch()
    with watches.holding(JobId("b"), gone):
        pass
    with watches.holding(JOB, there):
        watches.abandon()
    assert (gone.is_abandoned, there.is_abandoned) == (False, True)
