"""`/api/jobs`: one list of everything, and cancelling that hits only what is meant."""

from typing import Any

from aiohttp import web

from tui.demo.core import EngineCore, core_of
from tui.demo.jobs_view import STATUSES, all_jobs, duration, one_job
from tui.demo.routes_prompt import is_canonical_uuid
from tui.demo.wire import JsonObject

routes = web.RouteTableDef()


class _BadQueryError(Exception):
    pass


@routes.get("/api/jobs")
async def jobs(request: web.Request) -> web.Response:
    """Filtered, sorted, cut to a page."""
    try:
        found = _sorted(request, _filtered(request, all_jobs(core_of(request).queue)))
        limit, offset = (
            _whole(request, "limit", 1, "a positive"),
            _whole(request, "offset", 0, "a non-negative"),
        )
    except _BadQueryError as error:
        return web.json_response({"error": str(error)}, status=400)
    start = offset or 0
    page = found[start : None if limit is None else start + limit]
    pagination = {
        "offset": start,
        "limit": limit,
        "total": len(found),
        "has_more": start + len(page) < len(found),
    }
    return web.json_response({"jobs": page, "pagination": pagination})


def _filtered(request: web.Request, found: list[JsonObject]) -> list[JsonObject]:
    if "status" in request.query:
        wanted = [word.strip().lower() for word in request.query["status"].split(",") if word.strip()]
        bad = [word for word in wanted if word not in STATUSES]
        if bad:
            valid = ", ".join(STATUSES)
            raise _BadQueryError(f"Invalid status value(s): {', '.join(bad)}. Valid values: {valid}")
        found = [job for job in found if job["status"] in wanted]
    if "workflow_id" in request.query:
        found = [job for job in found if job.get("workflow_id") == request.query["workflow_id"]]
    return found


def _sorted(request: web.Request, found: list[JsonObject]) -> list[JsonObject]:
    by = request.query.get("sort_by", "created_at")
    order = request.query.get("sort_order", "desc")
    if by not in ("created_at", "execution_duration"):
        raise _BadQueryError("sort_by must be 'created_at' or 'execution_duration'")
    if order not in ("asc", "desc"):
        raise _BadQueryError("sort_order must be 'asc' or 'desc'")
    if by == "execution_duration":
        return sorted(found, key=duration, reverse=order == "desc")
    return sorted(found, key=lambda job: job.get("create_time", 0), reverse=order == "desc")


def _whole(request: web.Request, name: str, least: int, words: str) -> int | None:
    if name not in request.query:
        return None
    try:
        value = int(request.query[name])
    except ValueError:
        raise _BadQueryError(f"{name} must be an integer") from None
    if value < least:
        raise _BadQueryError(f"{name} must be {words} integer")
    return value


@routes.get("/api/jobs/{job_id}")
async def job(request: web.Request) -> web.Response:
    """One job."""
    found = one_job(core_of(request).queue, request.match_info["job_id"])
    if found is None:
        return web.json_response({"error": "Job not found"}, status=404)
    return web.json_response(found)


@routes.post("/api/jobs/{job_id}/cancel")
async def cancel(request: web.Request) -> web.Response:
    """Drop it when it waits, stop it when it runs; never anything else."""
    return web.json_response({"cancelled": _cancelled(core_of(request), request.match_info["job_id"])})


@routes.post("/api/jobs/cancel")
async def cancel_many(request: web.Request) -> web.Response:
    """Several at once."""
    posted: Any = await request.json()
    ids: list[Any] = posted.get("job_ids", [])
    invalid = [job_id for job_id in ids if not is_canonical_uuid(job_id)]
    if invalid:
        error = {"error": "job_ids contains invalid id(s)", "invalid_ids": invalid}
        return web.json_response(error, status=400)
    hits = [_cancelled(core_of(request), job_id) for job_id in ids]
    return web.json_response({"cancelled": any(hits)})


def _cancelled(core: EngineCore, job_id: str) -> bool:
    return core.queue.delete(job_id) or core.queue.interrupt(job_id)
