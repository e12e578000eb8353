"""One endpoint of `endpoints.yaml`, of each kind: what can be said of it, and what AWS would refuse."""

import re
from decimal import Decimal
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from spendplane.contract.usage_event import Environment

STRICT = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, defer_build=True)
_TAG = r"^[\p{L}\p{N}_.:/=+\-@]([\p{L}\p{N}_ .:/=+\-@]*[\p{L}\p{N}_.:/=+\-@])?$"
TagValue = Annotated[str, Field(pattern=_TAG, max_length=256)]
Count = Annotated[int, Field(strict=True, ge=1)]
Folder = Annotated[str, Field(pattern=r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[^\s*?]+/$")]
Data = Annotated[str, Field(pattern=r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[^\s*?]*[^\s*?/](\.tar\.gz|/)$")]
InstanceType = Annotated[str, Field(pattern=r"^ml\.[a-z0-9-]+\.[a-z0-9]+$")]
Day = Literal["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"]
TAGS = ("project", "environment", "cost_center", "workload_type", "model")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)


def _exact(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("a number is needed")  # noqa: TRY004  # pydantic reports ValueError
    return repr(value) if isinstance(value, float) else value


def _time(value: Any) -> Any:
    """YAML reads an unquoted 20:00 as the number 1200, so only text is taken."""
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise ValueError('write hours and minutes in quotes, such as "08:00"')
    return value


Price = Annotated[
    Decimal,
    BeforeValidator(_exact),
    Field(ge=0, le=Decimal(10) ** 6, decimal_places=6, allow_inf_nan=False),
]
PricePerSecond = Annotated[
    Decimal,
    BeforeValidator(_exact),
    Field(ge=0, le=Decimal(10) ** 3, decimal_places=12, allow_inf_nan=False),
]
Seconds = Annotated[
    Decimal,
    BeforeValidator(_exact),
    Field(gt=0, le=3600, decimal_places=6, allow_inf_nan=False),
]
Time = Annotated[str, BeforeValidator(_time)]


class OffPeakEntry(BaseModel):
    """The hours in which it may be up; outside them not even a call wakes it."""

    model_config = STRICT

    time_zone: str
    days: list[Day] = Field(default=["MON", "TUE", "WED", "THU", "FRI"], min_length=1)
    start: Time = "08:00"
    end: Time = "20:00"
    warm: bool = False

    @field_validator("time_zone")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"`{value}` is no time zone; write a name such as Europe/Berlin or UTC")
        return value

    @model_validator(mode="after")
    def _in_order(self) -> "OffPeakEntry":
        if self.start >= self.end:
            raise ValueError(f"`end` {self.end} is not after `start` {self.start}; both are of the same day")
        if len(set(self.days)) < len(self.days):
            raise ValueError("`days` names one twice; remove it")
        return self


class Entry(BaseModel):
    """What every endpoint has. The first five after `name` are its tags, by which the kill switch finds it."""

    model_config = STRICT

    name: str = Field(pattern=r"^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$")
    project: TagValue
    environment: Environment
    cost_center: TagValue
    workload_type: Literal["inference", "training", "embedding"] = "inference"
    model: TagValue
    image: str = Field(
        pattern=r"^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/[a-z0-9][a-z0-9._/-]*(:[A-Za-z0-9_.-]+|@sha256:[0-9a-f]{64})$"
    )
    model_data: Data | None = None
    variables: dict[str, str] = Field(default_factory=dict)
    network_isolation: bool = False
    off_peak: OffPeakEntry | None = None
    price_per_hour: Price | None = None
    call_seconds: Seconds | None = None
    alarm_topic: str | None = Field(default=None, pattern=r"^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+$")
    kms_key: str | None = Field(
        default=None, pattern=r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/([0-9a-f-]{36}|mrk-[0-9a-f]{32})$"
    )

    @property
    def tags(self) -> dict[str, str]:
        """Whose it is, by key."""
        return {name: getattr(self, name) for name in TAGS}

    @property
    def own(self) -> dict[str, Any]:
        """The settings that only this kind has, by name."""
        return self.model_dump(exclude={*Entry.model_fields, "kind"})


class ServerlessEntry(Entry):
    """Billed by the millisecond; `provisioned_concurrency` is kept warm and billed by the hour."""

    kind: Literal["serverless"]
    memory_mb: Literal[1024, 2048, 3072, 4096, 5120, 6144] = 2048
    max_concurrency: int = Field(default=5, strict=True, ge=1, le=200)
    provisioned_concurrency: int | None = Field(default=None, strict=True, ge=1, le=200)
    price_per_second: PricePerSecond | None = None

    @model_validator(mode="after")
    def _sensible(self) -> "ServerlessEntry":
        warm = self.provisioned_concurrency
        if warm is not None and warm > self.max_concurrency:
            raise ValueError(f"`provisioned_concurrency` {warm} is over `max_concurrency` {self.max_concurrency}")
        if self.price_per_second is not None and self.call_seconds is None:
            raise ValueError("`price_per_second` says nothing without `call_seconds`; write how long a call takes")
        if self.network_isolation:
            raise ValueError("`network_isolation` is not possible for serverless endpoints; remove it")
        for name in ("off_peak", "price_per_hour"):
            if warm is None and getattr(self, name) is not None:
                raise ValueError(
                    f"`{name}` says nothing without `provisioned_concurrency`: between calls nothing is paid; remove it"
                )
        return self


class Instances(Entry):
    """On instances, from zero to `max_instances`."""

    instance_type: InstanceType
    max_instances: Count = 1

    @field_validator("instance_type")
    @classmethod
    def _scales(cls, value: str) -> str:
        if value.startswith("ml.t2."):
            raise ValueError(f"`{value}` cannot be scaled; choose another, such as ml.m5.large")
        return value


class AsyncEntry(Instances):
    """Requests wait in a queue, their bodies and the answers are in S3."""

    kind: Literal["async"]
    input: Folder
    output: Folder
    backlog_per_instance: Count = 5
    concurrent_per_instance: int | None = Field(default=None, strict=True, ge=1, le=1000)


class RealtimeEntry(Instances):
    """One model as an inference component, in copies."""

    kind: Literal["realtime"]
    memory_mb: Count
    accelerators: Count | None = None
    cpu_cores: Count | None = None
    max_copies: Count = 1
    scale_on: Literal["concurrency", "invocations"] = "concurrency"
    target_per_copy: Count = 5

    @model_validator(mode="after")
    def _placed(self) -> "RealtimeEntry":
        if not (self.accelerators or self.cpu_cores):
            raise ValueError("say what a copy needs of an instance: `accelerators`, or `cpu_cores`")
        return self
