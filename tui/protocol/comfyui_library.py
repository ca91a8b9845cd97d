"""The workflows that a ComfyUI gives out: its templates, those of its node packs, and what people saved."""

from collections.abc import Iterator
from urllib.parse import quote

from tui.domain.json_values import list_of, object_of, objects_in, text_of
from tui.domain.text import one_line
from tui.domain.workflow import ServerWorkflow

_MOST = 5000
"""Workflows of one list that are read; a hostile server could name any number."""

_PICTURES = frozenset({"webp", "png", "jpg", "jpeg", "gif"})

TEMPLATES = "/templates/index.json"
PACKS = "/workflow_templates"
SAVED = "/userdata"
SAVED_QUERY = {"dir": "workflows", "recurse": "true", "split": "false", "full_info": "false"}


def templates_in(index: object) -> Iterator[ServerWorkflow]:
    """The templates of `/templates/index.json`: lists under headings."""
    count = 0
    for heading in objects_in(index):
        category = one_line(text_of(heading.get("title")), 60)
        for template in objects_in(heading.get("templates")):
            name, count = text_of(template.get("name")), count + 1
            if count > _MOST:
                return
            if name:
                yield ServerWorkflow(
                    name=f"templates/{name}",
                    title=one_line(text_of(template.get("title")) or name, 100),
                    description=one_line(text_of(template.get("description")), 1000),
                    category=category,
                    has_picture=text_of(template.get("mediaSubtype")) in _PICTURES,
                )


def pack_templates_in(answer: object) -> Iterator[ServerWorkflow]:
    """The templates of `/workflow_templates`: names by node pack."""
    for pack, names in list(object_of(answer).items())[:_MOST]:
        for name in list_of(names)[:_MOST]:
            if isinstance(name, str) and name:
                yield ServerWorkflow(
                    name=f"packs/{pack}/{name}",
                    title=one_line(name, 100),
                    category=one_line(str(pack), 60),
                )


def saved_in(answer: object) -> Iterator[ServerWorkflow]:
    """The files of `/userdata?dir=workflows`."""
    for name in list_of(answer)[:_MOST]:
        path = text_of(name) or text_of(object_of(name).get("path"))
        if path.endswith(".json"):
            yield ServerWorkflow(
                name=f"saved/{path}", title=one_line(path.removesuffix(".json"), 100), category="Saved"
            )


def path_of(name: str) -> str | None:
    """Where the server keeps a workflow of one of these lists; None for a name that is in none."""
    source, _, rest = name.partition("/")
    if not rest or any(part in ("", ".", "..") for part in rest.split("/")):
        return None
    match source:
        case "templates":
            return f"/templates/{quote(rest, safe='')}.json"
        case "packs":
            pack, _, title = rest.partition("/")
            return f"/api/workflow_templates/{quote(pack, safe='')}/{quote(title, safe='')}.json"
        case "saved":
            return f"/userdata/{quote('workflows/' + rest, safe='')}"
        case _:
            return None


def picture_path_of(name: str) -> str | None:
    """Where the server keeps the picture of a template."""
    source, _, rest = name.partition("/")
    return f"/templates/{quote(rest, safe='')}-1.webp" if source == "templates" and rest else None
