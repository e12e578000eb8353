"""The files that people write, as far as they are here."""

from collections.abc import Iterator

from cli.checks.finding import Finding, State
from cli.context import Session
from cli.errors import Failure
from cli.files import budgets_path, prices_path


def files(_run: Session) -> Iterator[Finding]:
    """Both can be read. Neither has to be on this machine."""
    from spendplane.contract import budgets_file, prices_file
    from spendplane.contract.yaml_file import FileError

    try:
        path = budgets_path(None)
        yield Finding("budgets.yaml", State.OK, f"{len(budgets_file.load(path).budgets)} budgets in {path}")
    except Failure:
        yield Finding("budgets.yaml", State.OK, "not here; the deployed budgets stand in the table")
    except FileError as error:
        yield Finding("budgets.yaml", State.FAIL, str(error), "correct the file; nothing deploys with it")
    prices = prices_path(None)
    if prices is None:
        yield Finding(
            "prices.yaml",
            State.WARN,
            "not here: prices calc and reprice use list prices only",
            "--prices FILE",
        )
        return
    try:
        found = prices_file.load(prices)
        yield Finding("prices.yaml", State.OK, f"{len(found.entries)} prices, {len(found.factors)} factors in {prices}")
    except FileError as error:
        yield Finding("prices.yaml", State.FAIL, str(error), "correct the file; nothing deploys with it")
