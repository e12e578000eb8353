"""JSON that programs write and people may look into, checked against its model."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from spendplane.contract.yaml_file import FileError

Model = TypeVar("Model", bound=BaseModel)


def load(path: Path, model: type[Model]) -> Model:
    """The checked file. Raises FileError, which says what is wrong first and where."""
    try:
        return model.model_validate_json(path.read_bytes())
    except OSError as error:
        raise FileError(f"{path}: cannot be read: {error.strerror}") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise FileError(f"{path}: {where}: {first['msg'].removeprefix('Value error, ')}") from None
