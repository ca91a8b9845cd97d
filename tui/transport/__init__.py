"""Bytes to and from a server; foreign exceptions become ours here and nowhere else."""

import sys
from typing import Any, cast

# httpx would import its own command line, and with it click and rich: 25 ms that nothing here uses.
# None makes that import fail as it does where click is not installed, which httpx provides for.
cast("dict[str, Any]", sys.modules).setdefault("httpx._main", None)
# httpcore looks for sniffio a dozen times in every request, to learn that this is asyncio; where it is not
# installed the whole path is searched each time, a millisecond for one job. None is found at once.
cast("dict[str, Any]", sys.modules).setdefault("sniffio", None)
