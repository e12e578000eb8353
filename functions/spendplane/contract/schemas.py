"""The JSON Schemas of every event, generated from the models: `python -m spendplane.contract.schemas DIRECTORY`."""

import json
import sys
from pathlib import Path

from pydantic import BaseModel

from spendplane.contract import outgoing, switch_events
from spendplane.contract.budgets_file import BudgetsFile
from spendplane.contract.identities_file import IdentitiesFile
from spendplane.contract.usage_event import USAGE_BATCH_RECORDED, USAGE_RECORDED, UsageBatch, UsageRecord


def schemas() -> dict[str, str]:
    """File name → JSON text, as it stands under `events/schemas/`."""
    models: dict[str, type[BaseModel]] = {
        USAGE_RECORDED: UsageRecord,
        USAGE_BATCH_RECORDED: UsageBatch,
        **outgoing.MODELS,
        **switch_events.MODELS,
    }
    texts = {f"{name.lower().replace(' ', '-')}.v1.json": _text(model) for name, model in models.items()}
    return {
        **texts,
        "budgets.yaml.v1.json": _text(BudgetsFile),
        "identities.yaml.v1.json": _text(IdentitiesFile),
    }


def _text(model: type[BaseModel]) -> str:
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema()}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def write(directory: Path) -> None:
    """Writes every schema; a file that no model stands for is removed."""
    directory.mkdir(parents=True, exist_ok=True)
    current = schemas()
    for stale in set(directory.glob("*.json")) - {directory / name for name in current}:
        stale.unlink()
    for name, text in current.items():
        (directory / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
