"""What the use cases need from the world, by subject. Adapters translate vendors' errors into the ones here."""

from spendplane.application.ports.definitions import Definitions
from spendplane.application.ports.failures import BusyError, UnstorableError
from spendplane.application.ports.ledger import BookedRow, Ledger, StoredRow
from spendplane.application.ports.messaging import Bus, Message, Topic
from spendplane.application.ports.outbox import Announcement, AnnouncementState, Outbox
from spendplane.application.ports.prices import PriceBook
from spendplane.application.ports.quarantine import Quarantine, QuarantineEntry

__all__ = [
    "Announcement",
    "AnnouncementState",
    "BookedRow",
    "Bus",
    "BusyError",
    "Definitions",
    "Ledger",
    "Message",
    "Outbox",
    "PriceBook",
    "Quarantine",
    "QuarantineEntry",
    "StoredRow",
    "Topic",
    "UnstorableError",
]
