"""The llama.cpp server as a program: `python -m tests.support.llama_program MODEL [KEY]`.

Prints its address when it answers, and ends with its standard input, so that it never outlives a test.
"""

import sys
from pathlib import Path
from typing import Any

import xllamacpp


def main(model: str, key: str = "") -> None:
    """Serve `model` at a free port of loopback."""
    library: Any = xllamacpp  # it ships no types for what it takes from C++
    parameters = library.CommonParams()
    parameters.model.path = model
    parameters.model_alias = {Path(model).stem}
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.n_ctx = 4096
    parameters.n_parallel = 2
    parameters.use_jinja = True
    parameters.n_gpu_layers = 0
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
    parameters.warmup = False
    parameters.endpoint_slots = True
    parameters.offline = True
    if key:
        parameters.api_keys = [key]
    server = library.Server(parameters)
    print(f"listening: {server.listening_address}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
