"""What each provider says of one call, in the contract's disjoint buckets: the one place that knows the shapes.

Standard library only, and relative imports only: the client package carries this folder too, under its own name.
"""

from .reading import APIS, provider_of, read
from .reported import COUNTS, PayloadError, Reported

__all__ = ["APIS", "COUNTS", "PayloadError", "Reported", "provider_of", "read"]
