"""What a server's `/object_info` declares about its node classes, as frozen values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from tui.domain.json_values import Json, JsonObject, list_of, object_of, text_of
from tui.workflow.input_specs import InputSpec, in_shown_order, parse_inputs
from tui.workflow.page_inputs import page_inputs


@dataclass(frozen=True, slots=True)
class OutputSpec:
    """One declared output."""

    name: str
    type: str


class NodeClass:
    """One node class. Its parts are read when they are first asked for."""

    def __init__(self, name: str, raw: JsonObject) -> None:
        self.name = name
        self._raw = raw

    @cached_property
    def declared(self) -> tuple[InputSpec, ...]:
        """The inputs as the server lists them, required ones first."""
        return parse_inputs(self._raw.get("input"))

    @property
    def raw_inputs(self) -> JsonObject:
        """The declared inputs by section, unread."""
        return object_of(self._raw.get("input"))

    @cached_property
    def inputs(self) -> tuple[InputSpec, ...]:
        """The inputs in the order in which the server wants them shown."""
        return in_shown_order(self.declared, self._raw.get("input_order"))

    @cached_property
    def page_inputs(self) -> tuple[InputSpec, ...]:
        """The declared inputs and those that the page adds, as listed."""
        return page_inputs(self.name, self.declared)

    @cached_property
    def shown_inputs(self) -> tuple[InputSpec, ...]:
        """The same in the order in which the page shows them."""
        return in_shown_order(self.page_inputs, self._raw.get("input_order"))

    @cached_property
    def outputs(self) -> tuple[OutputSpec, ...]:
        """What it returns, slot by slot."""
        names = list_of(self._raw.get("output_name"))
        return tuple(
            OutputSpec(
                text_of(names[slot]) if slot < len(names) else f"output_{slot}",
                "COMBO" if isinstance(kind, list) else text_of(kind, "*"),
            )
            for slot, kind in enumerate(list_of(self._raw.get("output")))
        )

    def input(self, name: str) -> InputSpec | None:
        """The declared input of that name."""
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> dict[str, InputSpec]:
        return {spec.name: spec for spec in self.inputs}

    @property
    def title(self) -> str:
        """The name that people see."""
        return text_of(self._raw.get("display_name")) or self.name

    @property
    def description(self) -> str:
        """What the server says about it."""
        return text_of(self._raw.get("description"))

    @property
    def category(self) -> str:
        """Where it stands in the page's menu."""
        return text_of(self._raw.get("category"))

    @property
    def is_output(self) -> bool:
        """Whether a graph may end in it."""
        return self._raw.get("output_node") is True

    @property
    def is_custom(self) -> bool:
        """Whether a node pack brought it."""
        return text_of(self._raw.get("python_module")).startswith("custom_nodes")


class NodeDefs(Mapping[str, NodeClass]):
    """All node classes of one server, by name.

    Making it is cheap: a class is read when it is first asked for.
    """

    def __init__(self, object_info: Mapping[str, Json]) -> None:
        self._raw = object_info
        self._classes: dict[str, NodeClass] = {}

    def __getitem__(self, name: str) -> NodeClass:
        found = self._classes.get(name)
        if found is None:
            raw = self._raw[name]
            if not isinstance(raw, dict):
                raise KeyError(name)
            found = self._classes[name] = NodeClass(name, raw)
        return found

    def extended(self, classes: Mapping[str, Json]) -> "NodeDefs":
        """These classes and others, which a file brings along."""
        return NodeDefs({**self._raw, **classes}) if classes else self

    def __iter__(self) -> Iterator[str]:
        return (name for name, raw in self._raw.items() if isinstance(raw, dict))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and isinstance(self._raw.get(name), dict)
