"""What each provider says of one call, turned into the contract's disjoint buckets: the one place that knows the shapes.

Standard library only, and relative imports only: the client package carries this folder too, under its own name.
"""

from .reading import APIS, read
from .reported import PayloadError, Reported

__all__ = ["APIS", "PayloadError", "Reported", "read"]
