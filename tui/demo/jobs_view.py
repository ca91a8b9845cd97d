"""Queue and history as the jobs API shows them."""

from typing import Any

from tui.demo.job_queue import JobQueue, QueuedJob
from tui.demo.wire import JsonObject, as_object

STATUSES = ("pending", "in_progress", "completed", "failed", "cancelled")
_PREVIEWABLE = ("images", "video", "audio")


def all_jobs(queue: JobQueue) -> list[JsonObject]:
    """Every job the server knows, waiting, running and over."""
    waiting = [_waiting(job, "pending") for job in queue.pending]
    running = [] if queue.running is None else [_waiting(queue.running, "in_progress")]
    return running + waiting + [_over(entry) for entry in queue.history.values()]


def one_job(queue: JobQueue, prompt_id: str) -> JsonObject | None:
    """One job; when it is over with its outputs and graph."""
    if prompt_id in queue.history:
        entry = queue.history[prompt_id]
        _number, _id, graph, extra_data, _outputs = entry["prompt"]
        whole = {"outputs": entry["outputs"], "execution_status": entry["status"]}
        return {**_over(entry), **whole, "workflow": {"prompt": graph, "extra_data": extra_data}}
    return next((job for job in all_jobs(queue) if job["id"] == prompt_id), None)


def duration(job: JsonObject) -> int:
    """How long it ran, 0 while it has not ended."""
    return job.get("execution_end_time", 0) - job.get("execution_start_time", 0) if _has_ended(job) else 0


def _has_ended(job: JsonObject) -> bool:
    return "execution_end_time" in job and "execution_start_time" in job


def _waiting(job: QueuedJob, status: str) -> JsonObject:
    return _present(
        {
            "id": job.prompt_id,
            "status": status,
            "priority": job.number,
            "create_time": job.extra_data.get("create_time"),
            "outputs_count": 0,
            "previewable_outputs_count": 0,
            "workflow_id": _workflow_id(job.extra_data),
        }
    )


def _over(entry: JsonObject) -> JsonObject:
    number, prompt_id, _graph, extra_data, _outputs = entry["prompt"]
    messages: dict[str, JsonObject] = dict(entry["status"]["messages"])
    last, end = entry["status"]["messages"][-1]
    shown = _shown(entry["outputs"])
    return _present(
        {
            "id": prompt_id,
            "status": _status(entry, last),
            "priority": number,
            "create_time": extra_data.get("create_time"),
            "execution_start_time": messages["execution_start"]["timestamp"],
            "execution_end_time": end["timestamp"],
            "execution_error": messages.get("execution_error"),
            "outputs_count": sum(len(items) for _kind, _node, items in _lists(entry["outputs"])),
            "previewable_outputs_count": len(shown),
            "preview_output": next(
                (item for item in shown if item["type"] == "output"), shown[0] if shown else None
            ),
            "workflow_id": _workflow_id(extra_data),
        }
    )


def _status(entry: JsonObject, last: str) -> str:
    if entry["status"]["completed"]:
        return "completed"
    return "cancelled" if last == "execution_interrupted" else "failed"


def _shown(outputs: JsonObject) -> list[JsonObject]:
    return [
        {**item, "nodeId": node_id, "mediaType": kind}
        for kind, node_id, items in _lists(outputs)
        if kind in _PREVIEWABLE
        for item in items
    ]


def _lists(outputs: JsonObject) -> list[tuple[str, str, list[Any]]]:
    return [(kind, node_id, items) for node_id, ui in outputs.items() for kind, items in ui.items()]


def _workflow_id(extra_data: JsonObject) -> str | None:
    pnginfo = as_object(extra_data.get("extra_pnginfo")) or {}
    workflow = as_object(pnginfo.get("workflow")) or {}
    return workflow.get("id")


def _present(job: JsonObject) -> JsonObject:
    return {key: value for key, value in job.items() if value is not None}
