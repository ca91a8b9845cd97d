"""A job that is being made, for screens and loops that show one."""

from typing import Any

from tui.domain.job import Job, JobStatus, new_job_id
from tui.domain.request import GenerationRequest


def running_job(**fields: Any) -> Job:
    """On "gpu-box"; `fields` as of `Job`."""
    known: dict[str, Any] = {"created_at": 1.0, "started_at": 1.0, **fields}
    request = GenerationRequest(prompt="a fox")
    return Job(id=new_job_id(), server="gpu-box", request=request, status=JobStatus.IN_PROGRESS, **known)
