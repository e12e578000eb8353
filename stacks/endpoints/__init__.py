"""Inference endpoints that cost nothing while nobody calls: constructs for this app and for anybody's own.

It knows nothing of the rest of Spendplane. What makes an endpoint fit for the kill switch are its tags, which each
construct sets itself, on the scalable target too.
"""

from stacks.endpoints.asynchronous import AsyncEndpoint, AsyncSettings
from stacks.endpoints.off_peak import OffPeak
from stacks.endpoints.realtime import RealtimeEndpoint, RealtimeSettings
from stacks.endpoints.serverless import ServerlessEndpoint, ServerlessSettings
from stacks.endpoints.settings import Model, Ownership, Place, Settings, SettingsError

__all__ = [
    "AsyncEndpoint",
    "AsyncSettings",
    "Model",
    "OffPeak",
    "Ownership",
    "Place",
    "RealtimeEndpoint",
    "RealtimeSettings",
    "ServerlessEndpoint",
    "ServerlessSettings",
    "Settings",
    "SettingsError",
]
