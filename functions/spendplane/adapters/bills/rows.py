"""The rows of a CSV or Parquet file, one after the other, with the columns that somebody wants."""

import csv
import gzip
import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from spendplane.contract.yaml_file import FileError

Row = dict[str, Any]
_MAGIC = b"PAR1"
_PARQUET = (".parquet", ".snappy.parquet", ".parq")
_FIELD_BYTES = 10 * 1024 * 1024
"""Tags of a line may be long."""


def is_parquet(path: Path) -> bool:
    """By its name, as Data Exports writes it."""
    return path.name.endswith(_PARQUET)


def columns(path: Path) -> list[str]:
    """The header. Raises FileError."""
    if is_parquet(path):
        return [str(name) for name in _reader(path).schema.names]
    with _text(path) as lines:
        return next(csv.reader(lines), [])


def rows(path: Path, wanted: Callable[[str], bool]) -> Iterator[Row]:
    """Every row, with these columns only. Raises FileError."""
    if is_parquet(path):
        yield from _parquet(path, wanted)
        return
    csv.field_size_limit(_FIELD_BYTES)
    with _text(path) as lines:
        for number, row in enumerate(csv.DictReader(lines), start=2):
            if None in row.values():
                raise FileError(f"{path}: row {number}: fewer cells than there are columns: is the file complete?")
            yield {name: value for name, value in row.items() if name is not None and wanted(name)}


@contextmanager
def _text(path: Path) -> Iterator[TextIOWrapper]:
    try:
        opener = gzip.open if path.suffix == ".gz" else Path.open
        with opener(path, "rb") as raw, TextIOWrapper(raw, encoding="utf-8-sig", newline="") as text:
            yield text
    except (UnicodeDecodeError, EOFError, gzip.BadGzipFile, csv.Error) as error:
        raise FileError(f"{path}: no CSV: {error}") from error


def _parquet(path: Path, wanted: Callable[[str], bool]) -> Iterator[Row]:
    for batch in _batches(path):
        names = [name for name in batch.schema.names if wanted(name)]
        values = [batch.column(name).to_pylist() for name in names]
        for row in zip(*values, strict=True):
            yield dict(zip(names, row, strict=True))


def _reader(path: Path) -> Any:  # arro3's RecordBatchReader; the package is optional
    try:
        parquet = importlib.import_module("arro3.io")
    except ModuleNotFoundError:
        raise FileError(
            f"{path}: reading Parquet needs one more package: pip install 'spendplane[parquet]' (or arro3-io);"
            " an export in CSV needs none"
        ) from None
    with path.open("rb") as file:
        first = file.read(len(_MAGIC))
    if first != _MAGIC:
        raise FileError(f"{path}: no Parquet: it does not begin with {_MAGIC.decode()}")
    with _explained(path):
        return parquet.read_parquet(str(path))


def _batches(path: Path) -> Iterator[Any]:
    with _explained(path):
        yield from _reader(path)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """The package panics at what is damaged: an exception that is none of Python's ordinary ones."""
    try:
        yield
    except BaseException as error:
        if type(error).__name__ == "PanicException" or type(error).__module__.startswith("arro3"):
            raise FileError(f"{path}: the file is damaged or not complete: {error}") from error
        raise
