"""Turning Bedrock's model invocation logging on: one setting for a whole account and Region, perhaps not only ours."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from spendplane.application.ports.retry import Retry

DESTINATIONS = ("cloudWatchConfig", "s3Config")
PATIENT = Retry(attempts=9, base_seconds=1, ceiling_seconds=15)
"""A role that was just made is not known everywhere for some seconds, and Bedrock tries it out."""

Config = Mapping[str, Any]
"""`loggingConfig`, as the API has it."""


class OccupiedError(Exception):
    """Somebody else logs in this account and Region already; the text says where to, and what to do."""


class LoggingSetting(Protocol):
    """The setting itself."""

    def get(self) -> Config:
        """Empty where logging is off. Raises BusyError."""

    def put(self, config: Config) -> None:
        """Raises BusyError, also while Bedrock cannot use the role yet."""

    def delete(self) -> None:
        """Raises BusyError."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted, and by which places a setting is recognised as ours."""

    config: Config
    places: frozenset[str]


@dataclass(frozen=True, slots=True)
class InvocationLogging:
    """Ours is a destination in a place of ours. Others are never removed, nor written over."""

    setting: LoggingSetting
    retry: Retry = PATIENT

    def turn_on(self, order: Order) -> dict[str, str]:
        """Puts ours, and keeps what somebody added beside it. Raises OccupiedError where only somebody else's is on."""
        current = self.retry(self.setting.get)
        others = _others(current, order)
        if others and not _ours(current, order):
            raise OccupiedError(
                f"Bedrock logs of this account and Region go to {_told(others)} already, and there is one setting only."
                " Leave it as it is and deploy with -c bedrock_logs=existing (docs/bedrock-logs.md)"
            )
        if clash := sorted(set(others) & set(order.config)):
            raise OccupiedError(f"{clash[0]} goes to {_told(others)}, which is not Spendplane's: remove it, or keep it")
        self.retry(lambda: self.setting.put({**order.config, **others}))
        return {"Destination": _told(_destinations(order.config))}

    def turn_off(self, order: Order) -> dict[str, str]:
        """Takes ours away, which leaves what was before: nothing, or what others added since."""
        current = self.retry(self.setting.get)
        if not _ours(current, order):
            return {"Destination": ""}
        others = _others(current, order)
        if others:
            flags = {name: value for name, value in current.items() if name not in DESTINATIONS}
            self.retry(lambda: self.setting.put({**flags, **others}))
        else:
            self.retry(self.setting.delete)
        return {"Destination": ""}


def _destinations(config: Config) -> dict[str, Any]:
    return {name: config[name] for name in DESTINATIONS if config.get(name)}


def _others(config: Config, order: Order) -> dict[str, Any]:
    return {name: value for name, value in _destinations(config).items() if _place(value) not in order.places}


def _ours(config: Config, order: Order) -> bool:
    return any(_place(value) in order.places for value in _destinations(config).values())


def _place(destination: Mapping[str, Any]) -> str:
    return str(destination.get("logGroupName") or destination.get("bucketName"))


def _told(destinations: Mapping[str, Any]) -> str:
    return " and ".join(_place(value) for value in destinations.values())
