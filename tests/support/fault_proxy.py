"""A small HTTP and WebSocket proxy that misbehaves on demand.

It stands between a backend and a server, over real sockets. Every HTTP connection carries one exchange, so
that a fault hits exactly the request it was meant for; WebSockets are piped through.
"""

import asyncio
import socket
import struct
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Answer:
    """The proxy answers by itself; the server hears nothing of it."""

    raw: bytes


@dataclass(frozen=True, slots=True)
class Endless:
    """An answer that begins with `head` and repeats `piece` until the client leaves."""

    head: bytes
    piece: bytes
    pause: float = 0.0


@dataclass(frozen=True, slots=True)
class LoseRequest:
    """The connection breaks before the server hears of the request."""


@dataclass(frozen=True, slots=True)
class LoseAnswer:
    """The server does what it was asked; the connection breaks before its answer."""


@dataclass(frozen=True, slots=True)
class Replace:
    """The server does what it was asked; another answer arrives."""

    raw: bytes


@dataclass(frozen=True, slots=True)
class Rewrite:
    """The server hears another body than was sent."""

    change: Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Truncate:
    """The answer breaks off after so many bytes."""

    length: int


@dataclass(frozen=True, slots=True)
class Stall:
    """Nothing ever comes back."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another server answers this."""

    port: int


Fault = Elsewhere | Answer | Endless | LoseRequest | LoseAnswer | Replace | Rewrite | Truncate | Stall


@dataclass(slots=True)
class _Rule:
    method: str
    path: str
    fault: Fault
    times: int


def reply(
    status: str, body: bytes | str = b"", content_type: str = "application/json", **headers: str
) -> bytes:
    """A whole HTTP answer; `headers` with underscores for dashes."""
    data = body.encode() if isinstance(body, str) else body
    fields = {"Content-Type": content_type, "Content-Length": str(len(data)), "Connection": "close"}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + data


class FaultProxy:
    """Pass everything on, but for what it is told to spoil."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self.target = (parts.hostname or "", parts.port or 0)
        self.delay = 0.0
        """Seconds that everything from the server is late."""

        self.requests: list[str] = []
        """"POST /prompt" and so on, in order."""

        self.socket_log: list[str] = []
        """"opened" and "closed", as it happened to WebSockets."""

        self.url = ""
        self._rules: list[_Rule] = []
        self._is_deaf = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._websockets: set[asyncio.Task[None]] = set()

    def on(self, method: str, path: str, fault: Fault, times: int = 1) -> None:
        """Spoil the next `times` requests of this method whose path begins so."""
        self._rules.append(_Rule(method, path, fault, times))

    def forget_all_but(self, newest: int) -> None:
        """Drop faults that wait for their request, but for the newest."""
        waiting = [rule for rule in self._rules if rule.times > 0]
        self._rules = waiting[max(len(waiting) - newest, 0) :]

    @property
    def sockets_opened(self) -> int:
        """How many WebSockets there were so far."""
        return self.socket_log.count("opened")

    def count(self, request: str) -> int:
        """How many requests began so."""
        return sum(seen.startswith(request) for seen in self.requests)

    async def drop_websockets(self) -> None:
        """Cut them without a goodbye; HTTP goes on."""
        await _cancel(self._websockets)

    async def cut(self) -> None:
        """Cut every connection there is; new ones are taken."""
        await _cancel(self._tasks)

    def deafen(self) -> None:
        """Sockets that are open stay so, and nothing of what the server says passes any more."""
        self._is_deaf = True

    async def serve(self, port: int = 0) -> asyncio.Server:
        """Start listening."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", port)
        self.url = "http://{}:{}".format(*server.sockets[0].getsockname()[:2])
        return server

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            await self._serve_one(reader, writer, task)
        except (OSError, asyncio.IncompleteReadError):
            pass
        except asyncio.CancelledError:
            _abort(writer)  # the connection's own task: cut, and nobody waits for it
        finally:
            self._tasks.discard(task)
            self._websockets.discard(task)
            writer.close()

    async def _serve_one(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, task: asyncio.Task[None]
    ) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        method, path, _ = head.split(b"\r\n", 1)[0].decode().split(" ", 2)
        self.requests.append(f"{method} {path}")
        body = await _body(head, reader)
        fault = self._fault_for(method, path)
        match fault:
            case Answer(raw):
                writer.write(raw)
                await writer.drain()
                return
            case Endless():
                await _endless(writer, fault)
            case LoseRequest():
                _abort(writer)
                return
            case Stall():
                await asyncio.Event().wait()
            case _:
                await self._forward(head, body, reader, writer, fault, task)

    async def _forward(
        self,
        head: bytes,
        body: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        fault: Fault | None,
        task: asyncio.Task[None],
    ) -> None:
        target = ("127.0.0.1", fault.port) if isinstance(fault, Elsewhere) else self.target
        server_reader, server_writer = await asyncio.open_connection(*target)
        try:
            if b"upgrade: websocket" in head.lower():
                self._websockets.add(task)
                self.socket_log.append("opened")
                self._is_deaf = False
                server_writer.write(head)
                try:
                    await self._pipe_both(reader, writer, server_reader, server_writer)
                finally:
                    self.socket_log.append("closed")
                return
            if isinstance(fault, Rewrite):
                body = fault.change(body)
            server_writer.write(_closing(head, len(body)) + body)
            match fault:
                case LoseAnswer():
                    await server_reader.read()
                    _abort(writer)
                case Replace(raw):
                    await server_reader.read()
                    writer.write(raw)
                    await writer.drain()
                case Truncate(length):
                    writer.write((await server_reader.read())[:length])
                    await writer.drain()
                case _:
                    await self._pipe(server_reader, writer)
        finally:
            server_writer.close()

    def _fault_for(self, method: str, path: str) -> Fault | None:
        for rule in self._rules:
            if rule.times > 0 and rule.method == method and path.startswith(rule.path):
                rule.times -= 1
                return rule.fault
        return None

    async def _pipe_both(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        server_reader: asyncio.StreamReader,
        server_writer: asyncio.StreamWriter,
    ) -> None:
        up = asyncio.create_task(_copy(reader, server_writer))
        down = asyncio.create_task(self._pipe(server_reader, writer, is_websocket=True))
        try:
            await asyncio.wait((up, down), return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _cancel({up, down})

    async def _pipe(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_websocket: bool = False
    ) -> None:
        """Late by `delay`, in order."""
        late: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        clock = asyncio.get_running_loop().time

        async def read() -> None:
            while data := await reader.read(65536):
                late.put_nowait((clock() + self.delay, data))
            late.put_nowait((clock() + self.delay, b""))

        reading = asyncio.create_task(read())
        try:
            while True:
                due, data = await late.get()
                await asyncio.sleep(max(0.0, due - clock()))
                if not data:
                    return
                if not (is_websocket and self._is_deaf):
                    writer.write(data)
                    await writer.drain()
        finally:
            await _cancel({reading})


@asynccontextmanager
async def fault_proxy(target: str) -> AsyncGenerator[FaultProxy]:
    """A proxy in front of the server at `target`."""
    proxy = FaultProxy(target)
    server = await proxy.serve()
    try:
        yield proxy
    finally:
        server.close()
        await proxy.cut()
        await server.wait_closed()


def _closing(head: bytes, length: int) -> bytes:
    replaced = (b"connection:", b"content-length:")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(replaced)]
    fields = [b"Connection: close", *([b"Content-Length: %d" % length] if length else [])]
    return b"\r\n".join([lines[0], *fields, *lines[1:]])


async def _body(head: bytes, reader: asyncio.StreamReader) -> bytes:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return await reader.readexactly(int(line.partition(b":")[2]))
    return b""


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()


async def _endless(writer: asyncio.StreamWriter, answer: Endless) -> None:
    writer.write(answer.head)
    while True:
        writer.write(answer.piece)
        await writer.drain()
        await asyncio.sleep(answer.pause)


def _abort(writer: asyncio.StreamWriter) -> None:
    """Close with a reset, as a killed process or a firewall does."""
    raw = writer.get_extra_info("socket")
    with suppress(OSError):
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _cancel(tasks: set[asyncio.Task[None]]) -> None:
    for task in tuple(tasks):
        task.cancel()
    if tasks:
        await asyncio.wait(tuple(tasks))
