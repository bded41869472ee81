"""The only exceptions that cross a package border at run time."""


class CockpitError(Exception):
    """One sentence a person can act on; `permanent` says that trying again without a change is useless."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class SourceError(CockpitError):
    """A source could not be read."""


class StoreError(CockpitError):
    """The store could not be opened, read or written."""


class NotifyError(CockpitError):
    """A notification could not be delivered."""


class TransitionRefused(CockpitError):
    """A state change lost the race or is not allowed from the present state."""
