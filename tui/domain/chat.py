"""A question to a language server and the pieces of its answer."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """One question: instructions, the person's text, and perhaps a picture (PNG or JPEG, at most 1024 px)."""

    instructions: str
    text: str
    picture: bytes | None = None
    model: str | None = None
    temperature: float = 0.7
    maximum_tokens: int = 400
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class ModelLoading:
    """The server loads the model first; `fraction` 0..1 where it tells."""

    fraction: float | None = None


@dataclass(frozen=True, slots=True)
class ReasoningReceived:
    """A piece of the model's thinking: never part of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class TextReceived:
    """A piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ChatCompleted:
    """The answer is whole. `model` is the one that served it, which may differ from the one asked."""

    text: str
    model: str = ""
    was_cut: bool = False
    """Whether the word limit ended it."""


ChatEvent = ModelLoading | ReasoningReceived | TextReceived | ChatCompleted
