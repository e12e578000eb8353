"""`python -m local.demo`: see --help. Exit codes: 0 done, 1 failed or something does not agree, 130 interrupted."""

import argparse
import os
import signal
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from cli.output import to_json
from local.account import LocalAccount, local_account
from local.demo.book import Book
from local.demo.books import Books
from local.demo.closing import WITH_ANOTHER, WITH_THIS_ACCOUNT, advice, close
from local.demo.finale import Finale
from local.demo.fleet import Fleet, build
from local.demo.inbox import inbox
from local.demo.publisher import Publisher
from local.demo.result import Result, result_of
from local.demo.screen import Screen, new_screen
from local.demo.stage import Stage
from local.demo.story import Chapter, story
from local.demo.warmup import warm_up
from local.environment import write_env_file
from local.errors import LocalAccountError
from local.workdir import ROOT
from spendplane import bootstrap
from spendplane.contract import budgets_file
from spendplane.domain.budgets import BudgetIndex

BUDGETS = Path(__file__).with_name("budgets.yaml")
RESULT = ROOT / "build" / "demo.json"
ENV_FILE = ROOT / "build" / "demo.env"
DEPLOY = "cdk deploy --all"
_CONNECT = ". build/demo.env && PATH=$PWD/.venv/bin:$PATH"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the demo; whatever it started has ended when it returns."""
    options = _options(arguments)
    screen = new_screen(quiet=options.json)
    try:
        return _run(screen, options)
    except LocalAccountError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ndemo: interrupted; everything that it started has ended", file=sys.stderr)
        return 130


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make demo ARGS='…'", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave the account running at the end, until Ctrl-C")
    parser.add_argument("--json", action="store_true", help="print only the result, as in build/demo.json")
    parser.add_argument("--seed", type=int, default=1, help="another seed gives other records (default: 1)")
    return parser.parse_args(arguments)


def _run(screen: Screen, options: argparse.Namespace) -> int:
    began = _began()
    screen.say("Spendplane's demo: an AWS account on this machine, the real stacks, a minute of usage.", "")
    with local_account(budgets=BUDGETS, step=screen.step) as account:
        with screen.step("first start of the functions, and of the teams' agents"):
            fleet = _prepared(account)
        ready = time.time()
        deploy = screen.seconds[DEPLOY]
        result = _perform(screen, account, fleet, options.seed, {"setup": ready - began - deploy, "deploy": deploy})
        text = to_json(result.figures, indent=2) + "\n"
        RESULT.write_text(text)
        if options.json:
            sys.stdout.write(text)
            sys.stdout.flush()
        if options.keep:
            _keep(screen, account)
        else:
            advice(screen, WITH_ANOTHER)
    if options.json:
        for problem in result.problems:
            print(f"demo: {problem}", file=sys.stderr)
    return 0 if result.agrees else 1


def _prepared(account: LocalAccount) -> Fleet:
    with ThreadPoolExecutor(1) as beside:
        building = beside.submit(build, account)
        warm_up(account)
        return building.result()


def _perform(screen: Screen, account: LocalAccount, fleet: Fleet, seed: int, seconds: dict[str, float]) -> Result:
    chapters = story(seed, datetime.now(UTC))
    budgets = budgets_file.load(BUDGETS).to_domain()
    book = Book(BudgetIndex(budgets), bootstrap.price_book(ROOT / "prices.yaml"))
    books = Books(account)
    with inbox(account) as received:
        stage = Stage(screen, books, book, received, _records(chapters))
        publisher = Publisher(account.client("events"), account.env["SPENDPLANE_BUS"], book, stage.glance)
        began = time.monotonic()
        with screen.live(stage.total):
            number = len(chapters) + 1
            stage.play(chapters, publisher, of=number)
            outcome = Finale(account, fleet, stage, publisher).perform(seed, number)
            stage.finish()
    result = result_of(stage, outcome, {**seconds, "story": time.monotonic() - began})
    close(screen, books, result)
    return result


def _records(chapters: Sequence[Chapter]) -> int:
    return sum(len(event.sent) for chapter in chapters for event in chapter.events)


def _began() -> float:
    """When `make demo` was called, so that what make installs is part of the set-up; else now."""
    given = os.environ.get("DEMO_BEGAN", "")
    return float(given) if given.isdecimal() else time.time()


def _keep(screen: Screen, account: LocalAccount) -> None:
    write_env_file(ENV_FILE, account.env)
    try:
        advice(screen, ((_CONNECT, "in another terminal, in this folder"), *WITH_THIS_ACCOUNT))
        screen.say("", f"The account stays at {account.endpoint} until you press Ctrl-C here.")
        signal.pause()
    except KeyboardInterrupt:
        return
    finally:
        ENV_FILE.unlink(missing_ok=True)


if __name__ == "__main__":
    # A hang-up of the terminal, or being told to end, is what Ctrl-C is: it cleans up.
    signal.signal(signal.SIGHUP, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
