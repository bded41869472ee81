"""Progress bars on the terminal: one line a step, with the time it took."""

from collections.abc import Callable
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

Made = TypeVar("Made")


def bars(console: Console) -> Progress:
    """An empty set of bars on the console; use it as a context."""
    return Progress(TextColumn("{task.description:<32}"), BarColumn(), TimeElapsedColumn(), console=console)


def step(progress: Progress, words: str, work: Callable[[], Made]) -> Made:
    """Do one step under its own bar."""
    bar = progress.add_task(words, total=1)
    made = work()
    progress.update(bar, completed=1)
    return made
