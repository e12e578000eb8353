"""Which of the models that providers offer now have a price, and why the others have none."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

from cli.errors import Failure
from cli.price_check import call_of

if TYPE_CHECKING:
    from spendplane.application.ports import PriceBook

_STRICT = ConfigDict(extra="forbid", frozen=True)


class ModelList(BaseModel):
    """The ids of one provider, and where they are from."""

    model_config = _STRICT

    provider: str
    region: str | None = None
    source: str
    models: list[str]


class CurrentModels(BaseModel):
    """The file of ids."""

    model_config = _STRICT

    about: str
    read: str
    lists: list[ModelList]


@dataclass(frozen=True, slots=True)
class Coverage:
    """One provider's ids: all of them, and those without a price with the reason."""

    provider: str
    models: int
    source: str
    unpriced: tuple[tuple[str, str], ...]

    @property
    def priced(self) -> int:
        """How many have a price."""
        return self.models - len(self.unpriced)


def load(path: Path) -> CurrentModels:
    """The checked file. Raises Failure."""
    try:
        return CurrentModels.model_validate_json(path.read_bytes())
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}", "give the file by --models") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise Failure(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def coverage(current: CurrentModels, book: "PriceBook", now: datetime) -> list[Coverage]:
    """A call of each model at the standard tier."""
    return [
        Coverage(item.provider, len(item.models), item.source, tuple(_unpriced(item, book, now)))
        for item in current.lists
    ]


def _unpriced(item: ModelList, book: "PriceBook", now: datetime) -> Iterator[tuple[str, str]]:
    from spendplane.domain.rating import UnpricedError

    for model in item.models:
        try:
            book.card(call_of(item.provider, model, item.region, "standard", now))
        except UnpricedError as error:
            yield model, str(error)
