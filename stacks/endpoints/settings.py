"""What every kind of endpoint is told: its name, what it runs, whose it is, and when it may be up."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal

from stacks.endpoints.off_peak import OffPeak, SettingsError

__all__ = [
    "ENVIRONMENTS",
    "VARIANT",
    "WORKLOADS",
    "Model",
    "Ownership",
    "Place",
    "Settings",
    "SettingsError",
    "require",
]

ENVIRONMENTS = ("production", "staging", "development", "sandbox", "test")
"""The values of the tag `environment` that Spendplane knows; any other is refused by the kill switch."""
WORKLOADS = ("inference", "training", "embedding")
VARIANT = "AllTraffic"
"""Each endpoint has one production variant. SageMaker's own console calls it so."""

_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", re.ASCII)
_TAG_VALUE = re.compile(r"[\w.:/=+\-@]([\w .:/=+\-@]{0,254}[\w.:/=+\-@])?")
_IMAGE = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?/"
    r"(?P<repository>[a-z0-9][a-z0-9._/-]*)(:[\w.-]+|@sha256:[0-9a-f]{64})",
    re.ASCII,
)
_S3 = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(?P<key>[^\s*?]+)", re.ASCII)


def require(holds: bool, message: str) -> None:  # noqa: FBT001  # reads as a sentence where it is called
    """Raises `SettingsError` with this message unless it holds."""
    if not holds:
        raise SettingsError(message)


@dataclass(frozen=True)
class Place:
    """A place in S3: an object, or with a slash at its end all that lies below."""

    bucket: str
    """Its name; in an app of your own also one that is known only at deployment, such as `bucket.bucket_name`."""
    key: str

    @classmethod
    def of(cls, uri: "str | Place", what: str) -> "Place":
        """Reads `s3://bucket/key`. Raises `SettingsError`, in which `what` names the setting."""
        if isinstance(uri, Place):
            return uri
        found = _S3.fullmatch(uri)
        require(found is not None, f"{what} is {uri!r}; write s3://bucket/key, without * or ?")
        assert found is not None  # noqa: S101  # for the type checker
        return cls(found["bucket"], found["key"])

    @property
    def uri(self) -> str:
        """As SageMaker is told."""
        return f"s3://{self.bucket}/{self.key}"

    @property
    def is_folder(self) -> bool:
        """True when it means all that lies below."""
        return self.key.endswith("/")


@dataclass(frozen=True, kw_only=True)
class Ownership:
    """The tags that say whose an endpoint is. The first two are what the kill switch and its rights go by."""

    project: str
    environment: str
    cost_center: str
    workload_type: str = "inference"
    model: str

    def __post_init__(self) -> None:
        for name, value in self.tags().items():
            require(_TAG_VALUE.fullmatch(value) is not None, f"{name} is {value!r}; AWS takes no such value of a tag")
        require(self.environment in ENVIRONMENTS, f"environment is {self.environment!r}; known: {_list(ENVIRONMENTS)}")
        require(self.workload_type in WORKLOADS, f"workload_type is {self.workload_type!r}; known: {_list(WORKLOADS)}")

    def tags(self) -> dict[str, str]:
        """By key, as they stand on the resources."""
        return {item.name: getattr(self, item.name) for item in fields(self)}


@dataclass(frozen=True, kw_only=True)
class Model:
    """A container, and the files that it serves.

    `image` is in Amazon ECR, with a tag or a digest. `data` is one `.tar.gz`, or with a slash at its end a folder of
    uncompressed files; None where the image holds everything. `isolated`: no traffic to or from the container but
    the calls themselves; a serverless endpoint cannot be, and a model that downloads itself must not be.
    """

    image: str
    data: str | Place | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    isolated: bool = False

    def __post_init__(self) -> None:
        require(
            _IMAGE.fullmatch(self.image) is not None,
            f"image is {self.image!r}; write ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY:TAG, or @sha256:DIGEST",
        )
        place = self.place
        if place:
            require(
                place.key.endswith((".tar.gz", "/")),
                f"model data is {self.data!r}; write one .tar.gz, or a folder with / at its end",
            )

    @property
    def place(self) -> Place | None:
        """Where the files are."""
        return Place.of(self.data, "model data") if self.data else None

    def repository_arn(self, partition: str) -> str:
        """Of the repository that the image is pulled from."""
        found = _IMAGE.fullmatch(self.image)
        assert found is not None  # noqa: S101  # checked when it was made
        return f"arn:{partition}:ecr:{found['region']}:{found['account']}:repository/{found['repository']}"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Common to the three kinds. `price_per_hour` is in US dollars and only makes the cost note say money.

    `call_seconds` is how long one call keeps it busy, as measured: then the note says what a thousand of them cost.

    Raises `SettingsError`, as all settings do, with a text that says what to write instead.
    """

    name: str
    ownership: Ownership
    model: Model
    off_peak: OffPeak | None = None
    price_per_hour: Decimal | None = None
    call_seconds: Decimal | None = None

    def __post_init__(self) -> None:
        require(
            _NAME.fullmatch(self.name) is not None,
            f"name is {self.name!r}; use letters, digits and dashes between them, at most 63",
        )
        price = self.price_per_hour
        require(
            price is None or (price.is_finite() and price >= 0),
            f"price_per_hour is {price}; write dollars, such as 1.41",
        )
        seconds = self.call_seconds
        require(
            seconds is None or (seconds.is_finite() and seconds > 0),
            f"call_seconds is {seconds}; write seconds, such as 1.5",
        )


def require_instances(instance_type: str, max_instances: int) -> None:
    """AWS scales no burstable T2; the least that is of use is one instance."""
    require(
        instance_type.startswith("ml.") and not instance_type.startswith("ml.t2."),
        f"instance_type is {instance_type!r}; write one such as ml.g5.xlarge (ml.t2 cannot be scaled)",
    )
    require(max_instances >= 1, f"max_instances is {max_instances}; write 1 or more")


def _list(values: tuple[str, ...]) -> str:
    return ", ".join(values)
