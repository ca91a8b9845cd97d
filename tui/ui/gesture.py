"""A person's gesture that goes wrong is told, not raised."""

from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from textual.dom import DOMNode

from tui.domain.errors import LatentuiError
from tui.ui.access import app_of

P = ParamSpec("P")
Node = TypeVar("Node", bound=DOMNode)


def gesture(
    deed: Callable[Concatenate[Node, P], Awaitable[None]],
) -> Callable[Concatenate[Node, P], Coroutine[Any, Any, None]]:
    """Show a fault of ours as a notice with what to do; anything else is unexpected and passes."""

    @wraps(deed)
    async def attempt(self: Node, *arguments: P.args, **words: P.kwargs) -> None:
        try:
            await deed(self, *arguments, **words)
        except LatentuiError as error:
            app_of(self).tell(error)

    return attempt
