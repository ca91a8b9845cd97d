"""`/prompt`: what a client submits, and how many jobs there are."""

import uuid

from aiohttp import web

from tui.demo.core import EngineCore, core_of, trouble
from tui.demo.job_queue import QueuedJob
from tui.demo.validation import validate
from tui.demo.wire import JsonObject, as_object, now_ms

routes = web.RouteTableDef()


@routes.get("/prompt")
async def prompt_info(request: web.Request) -> web.Response:
    """How many jobs wait or run."""
    return web.json_response({"exec_info": {"queue_remaining": core_of(request).queue.remaining}})


@routes.post("/prompt")
async def submit(request: web.Request) -> web.Response:
    """Judge a graph and line it up."""
    core = core_of(request)
    try:
        posted = as_object(await request.json())
    except ValueError:
        return trouble()
    if posted is None:
        return trouble()
    number = _number(core, posted)
    if "prompt" not in posted:
        return _refused("no_prompt", "No prompt provided", "No prompt provided")
    prompt_id = posted.get("prompt_id")
    if prompt_id is None:
        prompt_id = str(uuid.uuid4())
    elif not is_canonical_uuid(prompt_id):
        details = (
            "prompt_id must be a UUID string in canonical lowercase hyphenated form; "
            "omit it to let the server generate one"
        )
        return _refused("invalid_prompt_id", "prompt_id must be a valid UUID", details)
    return _judged(core, posted, number, prompt_id)


def _judged(core: EngineCore, posted: JsonObject, number: float, prompt_id: str) -> web.Response:
    graph, extra_data = as_object(posted["prompt"]), as_object(posted.get("extra_data", {}))
    if graph is None or extra_data is None or not all(isinstance(node, dict) for node in graph.values()):
        return trouble()
    verdict = validate(graph, core.folders, posted.get("partial_execution_targets"))
    if verdict.error is not None:
        return web.json_response({"error": verdict.error, "node_errors": verdict.node_errors}, status=400)
    told: JsonObject = {**extra_data}
    if "client_id" in posted:
        told["client_id"] = posted["client_id"]
    told["create_time"] = now_ms()
    core.queue.put(
        QueuedJob(number=number, prompt_id=prompt_id, graph=graph, extra_data=told, outputs=verdict.outputs)
    )
    answer = {"prompt_id": prompt_id, "number": number, "node_errors": verdict.node_errors}
    return web.json_response(answer)


def _number(core: EngineCore, posted: JsonObject) -> float:
    """The place in line: the client's, or the counter, which refused prompts use up too."""
    if "number" in posted:
        return float(posted["number"])
    number = -core.counter if posted.get("front") else core.counter
    core.counter += 1
    return number


def is_canonical_uuid(value: object) -> bool:
    """Whether ComfyUI takes it for an id: lowercase, hyphenated."""
    if not isinstance(value, str):
        return False
    try:
        return str(uuid.UUID(value)) == value
    except ValueError:
        return False


def _refused(kind: str, message: str, details: str) -> web.Response:
    error: JsonObject = {"type": kind, "message": message, "details": details, "extra_info": {}}
    return web.json_response({"error": error, "node_errors": {}}, status=400)
