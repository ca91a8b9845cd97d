"""What a workflow needs, and which of it a server does not have."""

from tui.domain.forms import ChoiceField, Form
from tui.domain.text import one_line
from tui.domain.workflow import MissingModel, MissingNode, Needs
from tui.workflow.api_graph import class_of, title_of
from tui.workflow.choices import is_model_file
from tui.workflow.definitions import NodeDefs
from tui.workflow.stand_ins import is_stand_in
from tui.workflow.templates import WorkflowTemplate

_MOST = 200


def needs_of(template: WorkflowTemplate, form: Form, defs: NodeDefs) -> Needs:
    """What is missing for `template`, whose form on this server is `form`."""
    return Needs(missing_nodes(template, defs), _missing_models(template, form))


def missing_nodes(template: WorkflowTemplate, defs: NodeDefs) -> tuple[MissingNode, ...]:
    """Each class of the graph that the server does not have, and which nothing replaces."""
    titles: dict[str, dict[str, None]] = {}
    for node_id in template.graph:
        name = class_of(template.graph, node_id)
        if name not in defs and not is_stand_in(name):
            titles.setdefault(name, {})[title_of(template.graph, node_id)] = None
    return tuple(
        MissingNode(one_line(name, 80), tuple(found), template.packs.get(name, ""))
        for name, found in list(titles.items())[:_MOST]
    )


def _missing_models(template: WorkflowTemplate, form: Form) -> tuple[MissingModel, ...]:
    found: dict[str, MissingModel] = {}
    for field in form.fields:
        slot = template.slot(field.name)
        value = template.value_at(slot.first) if slot else None
        if not isinstance(field, ChoiceField) or not isinstance(value, str) or not is_model_file(value):
            continue
        name = one_line(value, 200)
        if name in field.choices or name in found:
            continue
        about = template.models.get(name.replace("\\", "/").rpartition("/")[2])
        found[name] = MissingModel(
            name=name,
            field=field.label,
            folder=about.folder if about else "",
            url=about.url if about else "",
            nearest=field.nearest,
        )
    return tuple(found.values())[:_MOST]
