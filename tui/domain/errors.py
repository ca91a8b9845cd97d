"""Everything that can go wrong, as a tree of errors that read like advice.

LatentuiError
├── InputError                  the person gave something that cannot be used
│   ├── SettingsError           the settings file
│   ├── PictureError            a picture, mask or control image
│   └── WorkflowError           a workflow, its slots or their values
│       └── NotListedError      a choice that the server does not offer, as far as is known
├── ServerError                 a server
│   ├── ServerUnreachableError  nobody answers
│   │   ├── AnswerLostError     it may have taken the request, and its answer did not arrive
│   │   └── ServerStartingError it is there, and must not be asked anything yet
│   ├── ServerRefusedError      it answers: not you
│   ├── ServerReplyError        it answers something that makes no sense here
│   │   └── NotFoundError       it does not have what was asked for
│   └── RequestRejectedError    it understood the request and will not do it
├── JobFailedError              a job that ran and failed
└── SaveError                   a result that could not be written
"""

from tui.domain.text import clean


class LatentuiError(Exception):
    """A fault in words: `title` says what is wrong, `advice` what the person can do about it.

    Both are cleaned of control characters, since they often quote a server or a file.
    """

    def __init__(self, title: str, advice: str = "") -> None:
        self.title = clean(title)
        self.advice = clean(advice)
        super().__init__(self.sentence)

    @property
    def sentence(self) -> str:
        """Title and advice as one text."""
        return f"{self.title} {self.advice}".strip()

    def __str__(self) -> str:
        return self.sentence


class InputError(LatentuiError):
    """What the person gave cannot be used."""


class SettingsError(InputError):
    """The settings file or a value in it cannot be used."""


class PictureError(InputError):
    """A picture, mask or control image cannot be used."""


class WorkflowError(InputError):
    """A workflow, or a value for one of its slots, cannot be used."""


class NotListedError(WorkflowError):
    """A value is not among the server's choices, as they were when it was last asked."""


class ServerError(LatentuiError):
    """A server is at fault, or in the way."""


class ServerUnreachableError(ServerError):
    """Nobody answers at the address, or the answer broke off."""


class AnswerLostError(ServerUnreachableError):
    """The request went out, at least in part, and no answer came: the server may or may not act on it."""


class ServerStartingError(ServerUnreachableError):
    """The server has begun to listen; nothing was sent, since a request now could harm its start."""

    def __init__(self, title: str, advice: str = "", *, seconds: float) -> None:
        super().__init__(title, advice)
        self.seconds = seconds
        """How long until it may be asked."""


class ServerRefusedError(ServerError):
    """The server wants other credentials, or forbids."""


class ServerReplyError(ServerError):
    """The server answered something that is not its protocol."""


class NotFoundError(ServerReplyError):
    """The server has no such route, or no such thing there."""


class RequestRejectedError(ServerError):
    """The server understood the request and said no."""


class JobFailedError(LatentuiError):
    """A job was run and failed."""


class SaveError(LatentuiError):
    """A result could not be written."""
