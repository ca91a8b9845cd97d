"""The floor for one ComfyUI job: post, listen, download. Usage: bare_client.py URL GRAPH OUT."""

import json
import sys
import urllib.request
import uuid
from pathlib import Path
from urllib.parse import urlencode

from websockets.sync.client import connect


def main(url: str, graph: str, out: str) -> None:
    client, prompt_id = uuid.uuid4().hex, str(uuid.uuid4())
    body = {"prompt": json.loads(Path(graph).read_text()), "client_id": client, "prompt_id": prompt_id}
    with connect(f"ws{url.removeprefix('http')}/ws?clientId={client}", max_size=None, proxy=None) as socket:
        post(f"{url}/prompt", body)
        while True:
            frame = socket.recv()
            if isinstance(frame, bytes):
                continue
            message = json.loads(frame)
            if message["type"] == "executing" and message["data"]["node"] is None:
                break
    outputs = json.loads(read(f"{url}/history/{prompt_id}"))[prompt_id]["outputs"]
    for output in outputs.values():
        for image in output["images"]:
            (Path(out) / image["filename"]).write_bytes(read(f"{url}/view?{urlencode(image)}"))


def post(url: str, body: object) -> None:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    urllib.request.urlopen(request).close()


def read(url: str) -> bytes:
    with urllib.request.urlopen(url) as response:
        return response.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
