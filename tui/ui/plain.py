"""Text from anywhere as content for the screen: cleaned, and never read as markup."""

from textual.content import Content
from textual.style import Style

from tui.domain.text import clean


def plain(*parts: "str | Content | tuple[str, str | Style]") -> Content:
    """Pieces of text, each with a style or none.

    Textual counts the length of a piece before it strips control characters, so they must be gone by then.
    """
    return Content.assemble(*map(_cleaned, parts))


def _cleaned(part: "str | Content | tuple[str, str | Style]") -> "str | Content | tuple[str, str | Style]":
    match part:
        case Content():
            return part
        case str():
            return clean(part)
        case (text, style):
            return clean(text), style
