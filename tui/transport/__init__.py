"""Bytes to and from a server; foreign exceptions become ours here and nowhere else."""

import sys
from typing import Any, cast

# httpx would import its own command line, and with it click and rich: 25 ms that nothing here uses.
# None makes that import fail as it does where click is not installed, which httpx provides for.
cast("dict[str, Any]", sys.modules).setdefault("httpx._main", None)
