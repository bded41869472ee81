"""The city's folder as the page of own screens asks for it."""

from collections.abc import Mapping
from pathlib import Path

import config
from domain.city import City
from layouts.screens.editor import Written, Wrong


class CityFolder:
    """Reads the folder afresh each time and writes nothing. env: what the other files' ${NAME} stand for."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self._folder, self._env = folder, env

    def files(self) -> list[Written]:
        """Every screen's file. OSError, UnicodeDecodeError."""
        return [Written(one.file, one.text, one.lent) for one in config.screen_files(self._folder, self._env)]

    def trial(self, file: str, text: str) -> tuple[City | None, list[Wrong]]:
        """The city as it would be, and what `app.py check` would tell of it."""
        city, problems = config.trial(self._folder, self._env, config.Changed(file, text))
        return city, [Wrong(one.file, one.line, one.key, one.text) for one in problems]
