"""Where the stacks go: an AWS account, or the account that runs on this machine."""

import platform
import sys
from dataclasses import dataclass
from typing import Self

from aws_cdk import CliCredentialsStackSynthesizer, DefaultStackSynthesizer, IReusableStackSynthesizer, RemovalPolicy
from aws_cdk import aws_lambda as lambda_

NAMES = ("aws", "local")


class InputError(Exception):
    """What was given on the command line cannot be built from; the text says what can."""


@dataclass(frozen=True)
class Target:
    """Everything in which the two targets differ; whatever is not a field here is the same in both."""

    name: str
    retain: bool
    """Keep the data when a stack is deleted, and refuse to delete table or stack by accident."""
    python: str
    """Version of the interpreter that runs the functions, such as `3.13`."""
    machine: str
    """Processor of the functions, in the words of `platform.machine()`: `aarch64` or `x86_64`."""

    @classmethod
    def named(cls, name: str) -> Self:
        """Raises `InputError`, with the permitted names, for any other name."""
        if name == "aws":
            return cls(name, retain=True, python="3.13", machine="aarch64")
        if name == "local":
            machine = {"arm64": "aarch64", "AMD64": "x86_64"}.get(platform.machine(), platform.machine())
            return cls(name, retain=False, python=_this_python(), machine=machine)
        raise InputError(f"unknown target {name!r}: use -c target={' or -c target='.join(NAMES)}")

    @property
    def runtime(self) -> lambda_.Runtime:
        """The label of the Lambda runtime; the local account runs its own interpreter whatever the label says."""
        return lambda_.Runtime(f"python{self.python}", lambda_.RuntimeFamily.PYTHON, supports_inline_code=True)

    @property
    def architecture(self) -> lambda_.Architecture:
        """The processor as Lambda names it."""
        return lambda_.Architecture.ARM_64 if self.machine == "aarch64" else lambda_.Architecture.X86_64

    @property
    def removal(self) -> RemovalPolicy:
        """What happens to data when its stack goes."""
        return RemovalPolicy.RETAIN if self.retain else RemovalPolicy.DESTROY

    def synthesizer(self) -> IReusableStackSynthesizer:
        """The local account enforces IAM, and its bootstrap roles cannot publish assets: use the caller's rights."""
        return DefaultStackSynthesizer() if self.name == "aws" else CliCredentialsStackSynthesizer()


def _this_python() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"
