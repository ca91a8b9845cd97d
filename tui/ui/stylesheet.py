"""Styles that are read once: Textual's own are read again whenever a screen or a theme brings more."""

from textual.cache import LRUCache
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

SOURCES = 1024
"""More than all widgets and screens have. Textual keeps 64: with one more, each new one reads all again."""


class LastingStylesheet(Stylesheet):
    """Keeps what it read for as long as the variables in it stay the same."""

    def __init__(self, variables: dict[str, str]) -> None:
        super().__init__(variables=variables)
        self._parse_cache: LRUCache[tuple[object, ...], list[RuleSet]] = LRUCache(SOURCES)

    def set_variables(self, variables: dict[str, str]) -> None:
        """Other variables make all that was read useless; the same ones do not."""
        if variables != self._variables:
            super().set_variables(variables)

    def reparse(self) -> None:
        """Read what is new; Textual reads everything into another stylesheet, for styles that are edited."""
        self.parse()
