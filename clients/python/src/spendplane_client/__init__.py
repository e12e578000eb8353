"""Reports what AI calls use to Spendplane, from beside them: it never raises into a call and never makes one wait."""

from spendplane_client.instrumenting import instrument, uninstrument
from spendplane_client.process import configure, flush, flush_each_invocation, report, stats
from spendplane_client.publisher import Stats
from spendplane_client.settings import Settings
from spendplane_client.tagging import tags

__all__ = [
    "Settings",
    "Stats",
    "configure",
    "flush",
    "flush_each_invocation",
    "instrument",
    "report",
    "stats",
    "tags",
    "uninstrument",
]
