"""The command line runs in a process of its own, and in no other account."""

import subprocess
from typing import Any, ClassVar

import pytest

from local.demo import shell
from local.errors import LocalAccountError


class Account:
    """As far as the command needs one."""

    env: ClassVar = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}


def test_what_a_command_prints_and_how_it_ends_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "somebody-elses")
    good = shell.run(Account(), ["release", "--help"], 90)  # type: ignore[arg-type]
    bad = shell.run(Account(), ["release", "a", "--reason"], 90)  # type: ignore[arg-type]

    assert (good.command, good.code) == ("spendplane release --help", 0)
    assert "--reason" in good.printed
    assert bad.code == 2
    assert bad.printed
    assert all(line == line.rstrip() for line in good.printed.splitlines())


def test_a_command_that_does_not_end_is_given_up_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}

    def endless(command: list[str], **options: Any) -> None:
        seen.update(options["env"])
        raise subprocess.TimeoutExpired(command, options["timeout"])

    monkeypatch.setenv("AWS_PROFILE", "somebody-elses")
    monkeypatch.setattr(subprocess, "run", endless)

    with pytest.raises(LocalAccountError, match=r"`spendplane kill ls` had not ended after 60 s"):
        shell.run(Account(), ["kill", "ls"], 90)  # type: ignore[arg-type]
    assert seen["AWS_ENDPOINT_URL"] == "http://127.0.0.1:9"
    assert "AWS_PROFILE" not in seen
