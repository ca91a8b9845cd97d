"""Finished pictures with the jobs they came from, and all that makes one again, as text."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import cast

from tui.domain.job import Job, SavedOutput
from tui.domain.request import ControlUnit, GenerationRequest, Lora, PictureInput

_OWN_LINES = frozenset({"prompt", "negative_prompt", "plan", "notes", "extras", "task", "workflow"})


@dataclass(frozen=True, slots=True)
class Result:
    """A finished picture and the job it came from."""

    output: SavedOutput
    job: Job

    @property
    def name(self) -> str:
        """The file's name."""
        return Path(self.output.path).name


def results_of(jobs: Sequence[Job]) -> Iterator[Result]:
    """The finished pictures of the jobs, newest first; `jobs` comes newest first."""
    for job in jobs:
        yield from (Result(output, job) for output in job.results)


def recipe(result: Result) -> str:
    """All that makes the picture again: prompt, values, files and, where the server ran one, the graph."""
    request = result.job.request
    return "\n".join(
        [
            request.prompt,
            *([f"Negative prompt: {request.negative_prompt}"] if request.negative_prompt else []),
            ", ".join(f"{_label(name)}: {value}" for name, value in values_of(result).items()),
            f"Workflow: {request.workflow}, Server: {result.job.server}",
            *([f"Graph: {_graph(request)}"] if request.plan else []),
        ]
    )


def differences(one: Result, other: Result) -> tuple[str, str]:
    """What each has that the other has not: "steps 20 · cfg scale 7"; the seed stands in the caption."""
    values = [{**values_of(result), "workflow": result.job.request.workflow} for result in (one, other)]
    known = {**values[0], **values[1]}
    names = [name for name in known if values[0].get(name) != values[1].get(name) and name != "seed"]
    prompts = [{result.job.request.prompt} for result in (one, other)]
    said = [[f"{name.replace('_', ' ')} {side.get(name, '–')}" for name in names] for side in values]
    if prompts[0] != prompts[1]:
        said = [[*words, prompt] for words, (prompt,) in zip(said, prompts, strict=True)]
    return " · ".join(said[0]), " · ".join(said[1])


def values_of(result: Result) -> Mapping[str, str]:
    """The request's values that were set, the picture's own seed among them, in words."""
    request = result.job.request
    found = {
        field.name: value
        for field in fields(request)
        if field.name not in _OWN_LINES and (value := getattr(request, field.name)) not in (None, ())
    }
    if result.output.seed is not None:
        found["seed"] = result.output.seed
    return {name: _spelled(value) for name, value in {**found, **request.extras}.items()}


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _spelled(value: object) -> str:
    match value:
        case PictureInput(path=path):
            return path
        case Lora(name=name, strength=strength):
            return f"{name} {strength:g}"
        case ControlUnit(image=image, model=model, strength=strength):
            return f"{model or 'the first model'} {strength:g} by {image.path}"
        case tuple():
            items = cast("tuple[object, ...]", value)  # a match leaves what is in it unknown
            return " + ".join(map(_spelled, items))
        case _:
            return str(value)


def _graph(request: GenerationRequest) -> str:
    return json.dumps(request.plan.graph, ensure_ascii=False, default=dict) if request.plan else ""
