"""The two looks of the studio: quiet greys, one accent."""

from textual.theme import Theme

DARK = Theme(
    name="latentui-dark",
    primary="#6fb7ab",
    secondary="#8b93a1",
    accent="#6fb7ab",
    foreground="#d3d7de",
    background="#14161a",
    surface="#191c21",
    panel="#22262d",
    success="#8fbf7f",
    warning="#d9b36c",
    error="#e0787c",
    dark=True,
    variables={
        "label": "#8b93a1",
        "faint": "#5d6572",
        "track": "#2d323b",
        "cursor-line": "#303844",
        "input-cursor-background": "#d3d7de",
        "input-cursor-foreground": "#14161a",
        "input-selection-background": "#2f4a4b",
        "scrollbar": "#2d323b",
        "scrollbar-hover": "#3a414d",
        "scrollbar-active": "#6fb7ab",
        "scrollbar-background": "#14161a",
        "scrollbar-background-hover": "#14161a",
        "scrollbar-background-active": "#14161a",
    },
)
LIGHT = Theme(
    name="latentui-light",
    primary="#0b6e66",
    secondary="#5c6470",
    accent="#0b6e66",
    foreground="#22262b",
    background="#f8f7f4",
    surface="#f1efea",
    panel="#e6e3dc",
    success="#3c6e2f",
    warning="#875a00",
    error="#b3363c",
    dark=False,
    variables={
        "label": "#5c6470",
        "faint": "#878d96",
        "track": "#d9d5cc",
        "cursor-line": "#d5e3df",
        "input-cursor-background": "#22262b",
        "input-cursor-foreground": "#f8f7f4",
        "input-selection-background": "#bcdcd6",
        "scrollbar": "#d9d5cc",
        "scrollbar-hover": "#c4bfb4",
        "scrollbar-active": "#0b6e66",
        "scrollbar-background": "#f8f7f4",
        "scrollbar-background-hover": "#f8f7f4",
        "scrollbar-background-active": "#f8f7f4",
    },
)
THEMES = (DARK, LIGHT)


def other_theme(name: str) -> str:
    """The light theme's name for the dark one's, and the other way round."""
    return DARK.name if name == LIGHT.name else LIGHT.name
