"""Workflows as they stand in lists."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from tui.domain.forms import Source, WorkflowSummary
from tui.domain.workflow import ServerWorkflow
from tui.services.workflow_files import own_name, own_workflows, picture_of
from tui.workflow.templates import WorkflowTemplate

SERVER = "server:"
"""How the names of a server's own workflows begin."""


def template_summary(template: WorkflowTemplate) -> WorkflowSummary:
    """A template that comes with the program."""
    return WorkflowSummary(
        name=template.name, title=template.title, description=template.description, task=template.task
    )


def own_summaries(folder: Path) -> tuple[WorkflowSummary, ...]:
    """The person's own workflows."""
    return tuple(own_summary(folder, path) for path in own_workflows(folder))


def own_summary(folder: Path, path: Path) -> WorkflowSummary:
    """One of the person's own."""
    return _file_summary(path, own_name(folder, path), "mine")


def recent_summaries(names: Iterable[str], known: Iterable[WorkflowSummary]) -> tuple[WorkflowSummary, ...]:
    """Workflows opened by path that are still there and in no other list."""
    listed = {name for summary in known for name in (summary.name, summary.path)}
    paths = [Path(name) for name in names if name not in listed and not name.startswith(SERVER)]
    return tuple(_file_summary(path, str(path), "recent") for path in paths if path.is_file())


def server_summary(workflow: ServerWorkflow) -> WorkflowSummary:
    """One that lies on a server."""
    return WorkflowSummary(
        name=SERVER + workflow.name,
        title=workflow.title,
        description=workflow.description,
        is_builtin=False,
        source="server",
        category=workflow.category,
        has_picture=workflow.has_picture,
    )


def with_pinned(
    summaries: tuple[WorkflowSummary, ...], pinned: tuple[str, ...]
) -> tuple[WorkflowSummary, ...]:
    """The pinned ones first, in the order in which they were pinned."""
    by_name = {summary.name: summary for summary in summaries}
    first = [replace(by_name[name], is_pinned=True) for name in pinned if name in by_name]
    return (*first, *(summary for summary in summaries if summary.name not in pinned))


def _file_summary(path: Path, name: str, source: Source) -> WorkflowSummary:
    picture = picture_of(path)
    return WorkflowSummary(
        name=name,
        title=path.stem,
        is_builtin=False,
        source=source,
        path=str(path),
        picture=str(picture) if picture else None,
        has_picture=picture is not None,
    )
