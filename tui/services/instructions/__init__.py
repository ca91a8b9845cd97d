"""What a language model is told for each kind of prompt help; a person's own file of the same name wins."""

from importlib.resources import files
from pathlib import Path

from tui.domain.errors import InputError


def read_instructions(name: str, own_folder: Path) -> str:
    """The instructions called `name`: the person's `NAME.md` in `own_folder`, else the one shipped."""
    own = own_folder / f"{name}.md"
    try:
        return own.read_text("utf-8")
    except FileNotFoundError:
        return (files(__name__) / f"{name}.md").read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"The instructions in {own} cannot be read: {error}.", "Mend or remove the file."
        ) from error
