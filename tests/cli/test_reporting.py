"""What commands say of finished files: results on stdout, what was only shown apart from them."""

import io
import json

import pytest

from tui.cli.report import JsonReporter, LineReporter
from tui.domain.events import OutputSaved
from tui.domain.job import JobId, SavedOutput

JOB = JobId("3a0c2b9e-0000-4000-8000-000000000000")
RESULT = OutputSaved(JOB, SavedOutput(path="/pictures/fox.png", media_type="image/png", seed=7))
SHOWN = OutputSaved(
    JOB, SavedOutput(path="/cache/depth.png", media_type="image/png", is_temporary=True, is_kept=False)
)


def test_events_tell_results_from_what_was_only_shown() -> None:
    stream = io.StringIO()
    reporter = JsonReporter(stream)
    reporter.saved(RESULT)
    reporter.saved(SHOWN)
    told = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [(event["event"], event["path"]) for event in told] == [
        ("output", "/pictures/fox.png"),
        ("shown", "/cache/depth.png"),
    ]


def test_only_results_are_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    reporter = LineReporter()
    reporter.saved(RESULT)
    reporter.saved(SHOWN)
    out, err = capsys.readouterr()
    assert out == "/pictures/fox.png\n"
    assert "not kept: /cache/depth.png" in err
