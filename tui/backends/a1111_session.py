"""One way to one A1111 server: its connection, what it was found to be, and the line before it."""

import asyncio
from time import monotonic

from tui.backends.a1111_api import A1111Api
from tui.backends.a1111_arrival import Arrival, CarefulClient
from tui.backends.a1111_line import Line
from tui.backends.a1111_pace import Pace
from tui.backends.a1111_probe import Found, probe, read_current_options
from tui.domain.settings import ServerSettings
from tui.protocol.a1111_answer import Known
from tui.protocol.a1111_dialect import SCHEDULERS, Family
from tui.protocol.a1111_lists import read_checkpoints, read_schedulers

CHECKPOINTS = "/sdapi/v1/sd-models"


class Session:
    """Everything that one version of the settings opened."""

    def __init__(self, settings: ServerSettings, pace: Pace, line: Line, arrival: Arrival) -> None:
        self._http = CarefulClient(settings, arrival)
        self.api = A1111Api(self._http, pace.answer)
        self.pace = pace
        self.line = line
        self.found: Found | None = None
        """What the server is; None until it was asked, and again after it was away."""

        self.version = ""
        """What its pictures say of it, where its page does not: there is no request for it."""

        self._known: Known | None = None
        self._found_at = 0.0
        self._is_vae_kept = False
        self._probing = asyncio.Lock()

    async def server(self) -> Found:
        """What the server is; asked once."""
        async with self._probing:
            if self.found is None:
                self.found, self._found_at = await probe(self.api), monotonic()
            return self.found

    async def server_now(self) -> Found:
        """The same with its options as they are now; looked at anew while it may still be starting."""
        found = self.found
        if found is None:
            return await self.server()
        if not found.dialect.is_whole and monotonic() - self._found_at < self.pace.settling:
            self.found = await probe(self.api)
        else:
            self.found = Found(found.dialect, *await read_current_options(self.api))
        return self.found

    async def known(self) -> Known:
        """The server's names for checkpoints and schedulers."""
        if self._known is None:
            self._known = await self.learn_names(await self.server())
        return self._known

    async def vae_override(self, wanted: str) -> dict[str, str]:
        """What a job has to say to have this VAE; nothing where that is in force.

        A1111 undoes an override only of what was saved before. So what is in force is saved first: that
        changes nothing now, and leaves everybody what they had when the job is over.
        """
        in_force = (await self.server_now()).options.vae
        if wanted == in_force:
            return {}
        if in_force and not self._is_vae_kept:
            await self.api.keep_option("sd_vae", in_force)
            self._is_vae_kept = True
        return {"sd_vae": wanted}

    async def learn_names(self, found: Found) -> Known:
        """The same, asked anew."""
        checkpoints = read_checkpoints(await self.api.find(CHECKPOINTS))
        has_schedulers = found.dialect.has_schedulers
        schedulers = read_schedulers(await self.api.find(SCHEDULERS)) if has_schedulers else ()
        appends_control = found.dialect.family is Family.FORGE and found.options.has_control_maps
        self._known = Known(checkpoints=checkpoints, schedulers=schedulers, appends_control=appends_control)
        return self._known

    def forget(self) -> None:
        """The server was away: it may come back as another one."""
        self.found = self._known = None
        self._is_vae_kept = False

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()
