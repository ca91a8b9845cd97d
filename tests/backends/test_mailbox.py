"""What a slow reader finds in the mailbox."""

import asyncio

from tui.backends.mailbox import Mailbox
from tui.domain.events import JobCompleted, JobProgressed, OutputReceived, PreviewReceived
from tui.domain.job import JobId, OutputImage

JOB = JobId("a")


def progress(step: int) -> JobProgressed:
    return JobProgressed(job_id=JOB, step=step, total=100_000)


async def test_a_flood_collapses_to_its_latest_and_results_stay() -> None:
    mailbox = Mailbox()
    outputs = [OutputReceived(JOB, OutputImage(filename=f"{number}.png")) for number in range(3)]
    for step in range(100_000):
        mailbox.put(progress(step))
        mailbox.put(PreviewReceived(job_id=JOB, data=b"%d" % step, media_type="image/png"))
        if step % 40_000 == 0:
            mailbox.put(outputs[step // 40_000])
    mailbox.put(JobCompleted(JOB))
    assert mailbox.take() == [
        *outputs,
        progress(99_999),
        PreviewReceived(job_id=JOB, data=b"99999", media_type="image/png"),
        JobCompleted(JOB),
    ]
    assert mailbox.take() == []


async def test_waiting_ends_with_what_comes_a_wake_or_the_time() -> None:
    mailbox = Mailbox()
    clock = asyncio.get_running_loop().time
    before = clock()
    await mailbox.wait(0.05)
    assert clock() - before >= 0.045
    for rouse in (mailbox.wake, lambda: mailbox.put(progress(1))):
        waiting = asyncio.create_task(mailbox.wait(30))
        await asyncio.sleep(0)
        rouse()
        await asyncio.wait_for(waiting, 1)
        mailbox.take()
