"""What can go wrong on this machine, said so that a person can mend it."""


class LocalAccountError(Exception):
    """The local account could not be started, reached or deployed to; the text says why and what to do."""
