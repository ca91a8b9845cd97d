"""The author's fields in front of those that tracing found."""

from collections import Counter
from dataclasses import replace

from tui.domain.request import ApiWorkflow
from tui.workflow.api_graph import title_of
from tui.workflow.slots import STANDARD_LABELS, Slot, Target
from tui.workflow.titles import Titles

_GENERIC = {"value", "text", "image", "file", "string", "string_a", "number"}


def with_author(
    traced: tuple[Slot, ...], marked: tuple[Slot, ...], graph: ApiWorkflow, titles: Titles
) -> tuple[Slot, ...]:
    """All slots: the author's first and in their order, every other one key away."""
    by_target = {target: slot for slot in traced for target in slot.targets}
    used: set[str] = set()
    front: list[Slot] = []
    for mark in marked:
        known = by_target.get(mark.first)
        if known is not None and known.name in used:
            continue
        slot = _merged(known, mark, graph, titles)
        used.add(slot.name)
        front.append(slot)
    taken = {target for slot in front for target in slot.targets}
    rest = (_behind(slot, taken, titles) for slot in traced if slot.name not in used)
    return (*_told_apart(front, graph), *(slot for slot in rest if slot.targets))


def _merged(known: Slot | None, mark: Slot, graph: ApiWorkflow, titles: Titles) -> Slot:
    if known is None:
        title = titles.of(mark.first.node_id)
        return replace(mark, name=titles.name(title, mark.first), label=mark.label or _label(mark, graph))
    return replace(
        known,
        targets=tuple(dict.fromkeys((*mark.targets, *known.targets))),
        label=mark.label or _known_label(known, graph),
        group=mark.group,
        is_advanced=mark.is_advanced,
        kind=mark.kind or known.kind,
        options=mark.options or known.options,
    )


def _known_label(known: Slot, graph: ApiWorkflow) -> str:
    if known.name in STANDARD_LABELS:
        return known.label
    return known.label if known.label.casefold() not in _GENERIC else _label(known, graph)


def _label(slot: Slot, graph: ApiWorkflow) -> str:
    """An input that is called after what it holds is better known by its node's title."""
    name = slot.first.input_name
    return title_of(graph, slot.first.node_id) or name if name.casefold() in _GENERIC else name


def _behind(slot: Slot, taken: set[Target], titles: Titles) -> Slot:
    """A slot that the author did not choose, without the inputs that an author's slot has."""
    free = tuple(target for target in slot.targets if target not in taken)
    group = slot.group or (titles.of(free[0].node_id) if free else "")
    return replace(slot, targets=free, group=group, is_advanced=True)


def _told_apart(slots: list[Slot], graph: ApiWorkflow) -> list[Slot]:
    """Fields of one group that would read the same have their node's title before their name."""
    often = Counter((slot.group, slot.shown_label) for slot in slots)
    return [
        slot
        if often[slot.group, slot.shown_label] == 1
        else replace(slot, label=f"{title_of(graph, slot.first.node_id)}: {slot.shown_label}")
        for slot in slots
    ]


def unique(slots: tuple[Slot, ...]) -> tuple[Slot, ...]:
    """The same slots under names of their own."""
    names: set[str] = set()
    found: list[Slot] = []
    for slot in slots:
        name, number = slot.name, 2
        while name in names:
            name, number = f"{slot.name} {number}", number + 1
        names.add(name)
        found.append(slot if name == slot.name else replace(slot, name=name))
    return tuple(found)
