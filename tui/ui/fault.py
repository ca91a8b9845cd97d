"""An unexpected fault: all of it into a file, one sentence to the person."""

import tempfile
import time
import traceback
from pathlib import Path


def record_fault(error: BaseException, log: Path | None) -> str:
    """Write the whole story to the log and say where it is."""
    story = "".join(traceback.format_exception(error))
    path = log or Path(tempfile.gettempdir()) / "latentui.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"--- {time.strftime('%Y-%m-%d %H:%M:%S')}\n{story}\n")
    except OSError:
        return f"Latentui ended because of a fault of its own ({type(error).__name__}). Jobs live on."
    return f"Latentui ended because of a fault of its own. Jobs live on. What happened is written in {path}"
