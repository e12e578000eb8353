"""`make up` and `make down`: the account that stays until it is stopped."""

import argparse
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from local.account import LocalAccount
from local.environment import write_env_file
from local.errors import LocalAccountError
from local.progress import step
from local.workdir import ROOT

ENV_FILE = ROOT / "build" / "local.env"


def main(arguments: Sequence[str]) -> int:
    """Runs `up` or `down`; returns the exit code: 0 done, 1 failed with a message, 2 unknown word, 130 interrupted."""
    try:
        given = _parser().parse_args(arguments)
    except SystemExit as end:  # it has said why
        return int(end.code or 0)
    try:
        if given.word == "up":
            up(LocalAccount(), context_of(given.context))
        else:
            down(LocalAccount())
    except LocalAccountError as error:
        print(f"{given.word}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\n{given.word}: interrupted", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    words = parser.add_subparsers(dest="word", required=True, metavar="up|down")
    starting = words.add_parser("up")
    starting.add_argument("-c", "--context", action="append", default=[], metavar="NAME=VALUE", help="as for cdk")
    words.add_parser("down")
    return parser


def up(account: LocalAccount, context: Mapping[str, str]) -> None:
    """Starts the account, or keeps the one that runs, deploys every stack and writes build/local.env.

    An account started here is stopped again if it is interrupted or its deployment fails: then there is nothing to use.
    """
    budgets, port = budgets_file(os.environ), port_number(os.environ.get("PORT", ""))
    with account.files.lock():
        fresh = not account.running
        if not fresh:
            print(f"  local account runs already, at {account.endpoint}")
        try:
            account.launch(budgets=budgets, context=context, port=port, step=step)
            write_env_file(ENV_FILE, account.env)
        except BaseException:
            if fresh:
                account.stop()
                ENV_FILE.unlink(missing_ok=True)
            raise
    print(f"\n  The account is at {account.endpoint} until `make down`. To use it: . {_shown(ENV_FILE)}")


def down(account: LocalAccount) -> None:
    """Stops the account, if it runs."""
    account.files.path.mkdir(parents=True, exist_ok=True)
    stopped = account.stop()
    ENV_FILE.unlink(missing_ok=True)
    print("down: the local account is stopped" if stopped else "down: no local account was running")


def context_of(options: Sequence[str]) -> dict[str, str]:
    """What `-c NAME=VALUE` gives to the synthesis; raises LocalAccountError for no pair, and for `target`."""
    context = {}
    for option in options:
        name, is_, value = option.partition("=")
        if not name or not is_:
            raise LocalAccountError(f"-c {option}: write -c NAME=VALUE, for example -c http=true.")
        if name == "target":
            raise LocalAccountError("-c target=…: this deploys into the local account only.")
        context[name] = value
    return context


def budgets_file(env: Mapping[str, str]) -> Path | None:
    """The file that BUDGETS names, or None; raises LocalAccountError when it is not there."""
    name = env.get("BUDGETS", "")
    if not name:
        return None
    # make changes into its own folder: a relative name means the folder from which it was called.
    places = [Path(env.get("CALLER", "")) / name, Path.cwd() / name]
    for place in places:
        if place.is_file():
            return place.resolve()
    tried = " and ".join(str(place) for place in places)
    raise LocalAccountError(f"there is no budgets file {name}: looked for {tried}.")


def port_number(text: str) -> int | None:
    """The port that PORT names, or None for any; raises LocalAccountError for what is none."""
    if not text:
        return None
    if not text.isdecimal() or not 0 < int(text) < 65_536:
        raise LocalAccountError(f"PORT={text} is no port: give a number from 1 to 65535, or nothing for a free one.")
    return int(text)


def _shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


if __name__ == "__main__":
    # A hang-up of the terminal ends the command as Ctrl-C does, so that it cleans up alike.
    signal.signal(signal.SIGHUP, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main(sys.argv[1:]))
