"""The account that the kill switch protects: `finder.py` finds by tags, `kinds.py` lists the kinds, one file each.

`kind.py` is what they have in common, `errors.py` their errors, `scaling.py` and `patches.py` what several share.
"""

from botocore.config import Config

CONTROL_PLANE_CONFIG = Config(
    connect_timeout=2,
    read_timeout=15,
    retries={"mode": "standard", "total_max_attempts": 5},
    user_agent="spendplane",
)
"""For the clients of this package. Control planes are slow and take few calls: `UpdateUsagePlan` one in 20 seconds.

What five attempts do not get through is BusyError, and comes again with the next look. Parameters are checked before
they are sent, because names and undo come from elsewhere.
"""
