"""What must hold between declarations: one module for each part of the folder, each adding its problems to the parts."""

from collections.abc import Callable

from config.parts import Parts

__all__ = ["CHECKS"]

CHECKS: tuple[Callable[[Parts], None], ...] = ()
