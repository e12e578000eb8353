"""The files that a command reads when none is named: those here, else those beside the project's `app.py`."""

from pathlib import Path

from cli.errors import Failure

PROJECT = Path(__file__).resolve().parents[1]
BUDGETS = "budgets.yaml"
PRICES = "prices.yaml"


def budgets_path(given: Path | None) -> Path:
    """`--file`, else `budgets.yaml` here, else beside the project's `app.py`. Raises Failure when there is none."""
    found = given or _beside(BUDGETS)
    if found is None:
        raise Failure(f"no {BUDGETS} in this directory", "name it: --file PATH")
    return found


def prices_path(given: Path | None) -> Path | None:
    """As `budgets_path`, for `prices.yaml`; None where there is none: list prices then stand alone."""
    return given or _beside(PRICES)


def _beside(name: str) -> Path | None:
    places = (Path(name), PROJECT / name)
    return next((path for path in places if path.is_file()), None)
