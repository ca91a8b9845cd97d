"""What is said of a workflow in lists and beside them."""

from collections.abc import Iterator

from tui.domain.forms import Form, WorkflowSummary
from tui.domain.workflow import Needs

_MOST_FIELDS = 40


def origin(summary: WorkflowSummary) -> str:
    """Where it comes from, in a word or two; nothing for a template that comes along."""
    return f"pinned  {_source(summary)}".strip() if summary.is_pinned else _source(summary)


def _source(summary: WorkflowSummary) -> str:
    match summary.source:
        case "template":
            return ""
        case "mine":
            return "yours"
        case "recent":
            return "opened lately"
        case "server":
            return summary.category.casefold() or "on the server"


def description(summary: WorkflowSummary, form: Form, needs: Needs) -> str:
    """What it makes, what this server lacks for it, and what it asks for."""
    return "\n\n".join(_paragraphs(summary, form, needs))


def _paragraphs(summary: WorkflowSummary, form: Form, needs: Needs) -> Iterator[str]:
    if summary.description:
        yield summary.description
    lacks = tuple(dict.fromkeys((*needs.sentences, *form.problems)))
    if lacks:
        yield "\n".join(lacks)
    elif summary.source != "template":
        yield "This server has all that it needs."
    links = [f"{model.name}: {model.url}" for model in needs.missing_models if model.url]
    if links:
        yield "Its author names where to get them:\n" + "\n".join(links)
    yield from form.notes
    front = [field.label for field in form.fields if not field.is_advanced and not field.is_hidden]
    more = len(form.fields) - len(front)
    asked = ", ".join(label.lower() for label in front[:_MOST_FIELDS])
    yield f"It asks for: {asked}." + (f" {more} more on ^f." if more else "")
