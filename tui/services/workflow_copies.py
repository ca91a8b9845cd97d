"""Copies of workflows among the person's own. Blocking work."""

import json
from pathlib import Path

from tui.domain.errors import SaveError
from tui.domain.request import GraphPlan
from tui.domain.text import one_line
from tui.services.workflow_files import (
    builtin_file,
    builtin_templates,
    description_beside,
    find_own,
    read_own,
    template_folder,
)
from tui.services.workflow_memory import fit_name
from tui.storage.atomic import write_whole


def save_copy(folder: Path, workflow: str, name: str, plan: GraphPlan | None = None) -> Path:
    """The file of the copy, in the person's folder. `plan` holds the values that are to be in it.

    Raises `SaveError` where there is one of that name, and `WorkflowError` for a source that is none.
    """
    target = folder / f"{fit_name(name)}.json"
    if not fit_name(name):
        raise SaveError("A copy needs a name.", "Letters and digits make a good one.")
    if target.exists():
        raise SaveError(f"There is a workflow “{one_line(name, 80)}” already.", "Choose another name.")
    if plan is not None:
        write_whole(target, _json(plan.canvas or plan.graph))
        return target
    if workflow in builtin_templates():
        write_whole(target, builtin_file(workflow))
        described = template_folder().joinpath(f"{workflow}.slots.json").read_bytes()
        write_whole(description_beside(target), described)
        return target
    source = find_own(folder, workflow)
    own = read_own(source, source.stem)
    write_whole(target, _json(own.canvas or own.data))
    if own.description is not None:
        write_whole(description_beside(target), _json(own.description))
    return target


def _json(data: object) -> bytes:
    return json.dumps(data, ensure_ascii=False, indent=1).encode("utf-8", "replace")
