"""How a port fails; adapters translate vendors' errors into these."""


class BusyError(Exception):
    """A conflict, a throttle or an outage: the same call may succeed later."""


class UnstorableError(Exception):
    """The store will never take this: for example an item that is too large."""
