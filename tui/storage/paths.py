"""Where things lie: the platform's folders, or the ones the environment names."""

import os
from dataclasses import dataclass
from pathlib import Path

_NAME = "latentui"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """The folders of one profile. Nothing is created until something is written."""

    config: Path
    """Settings and the person's own workflows."""

    data: Path
    """The journal."""

    state: Path
    """What the studio remembers, and the log."""

    cache: Path
    """Derived pictures; may be deleted at any time."""

    pictures: Path
    """Where results go unless the settings say otherwise."""

    @property
    def settings_file(self) -> Path:
        """The settings."""
        return self.config / "settings.toml"

    @property
    def workflows(self) -> Path:
        """The person's own workflows."""
        return self.config / "workflows"

    @property
    def journal(self) -> Path:
        """Every job."""
        return self.data / "journal.sqlite3"

    @property
    def studio_state(self) -> Path:
        """Prompt, form, chosen server and folder."""
        return self.state / "studio.json"

    @property
    def log(self) -> Path:
        """What went wrong inside, for a bug report."""
        return self.state / "latentui.log"


def default_paths() -> Paths:
    """The platform's folders (XDG respected); `LATENTUI_HOME` puts all of them under one folder."""
    if home := os.environ.get("LATENTUI_HOME"):
        root = Path(home).expanduser()
        return Paths(
            config=root / "config",
            data=root / "data",
            state=root / "state",
            cache=root / "cache",
            pictures=root / "pictures",
        )
    import platformdirs  # not asked when the environment has said it

    return Paths(
        config=platformdirs.user_config_path(_NAME),
        data=platformdirs.user_data_path(_NAME),
        state=platformdirs.user_state_path(_NAME),
        cache=platformdirs.user_cache_path(_NAME),
        pictures=platformdirs.user_pictures_path() / _NAME,
    )
