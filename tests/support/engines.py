"""The DynamoDB engines that the suites run on: MiniStack, and the official DynamoDB Local (a jar, needs Java)."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
JAR_FOLDER = Path(__file__).parents[1] / "dynamodb_local/node_modules/amplify-dynamodb-simulator/emulator"
START_SECONDS = 60


class EngineMissingError(RuntimeError):
    """The engine cannot run on this machine; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Server:
    """A process of ours that listens on loopback."""

    process: subprocess.Popen[bytes]
    url: str

    def stop(self) -> None:
        """Ends this process, and no other."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def ministack(scratch: Path) -> Server:
    """MiniStack with DynamoDB alone, on loopback."""
    port = _free_port()
    told = {
        "BIND_HOST": HOST,
        "MINISTACK_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "SERVICES": "dynamodb",
        "LOG_LEVEL": "ERROR",
        "STATE_DIR": str(scratch / "state"),
        "S3_DATA_DIR": str(scratch / "s3"),
        "DOCKER_HOST": f"unix://{scratch}/no-docker.sock",
        **dict.fromkeys(("IOT_MTLS_ENABLED", "SFTP_ENABLED", "PERSIST_STATE", "S3_PERSIST"), "0"),
    }
    return _start([sys.executable, "-m", "ministack"], port, scratch, told)


def dynamodb_local(scratch: Path) -> Server:
    """The official engine, in memory. Raises EngineMissingError without Java or without the jar."""
    java = shutil.which("java")
    if java is None:
        raise EngineMissingError("`java` is not on the PATH (17 or newer is needed)")
    if not (JAR_FOLDER / "DynamoDBLocal.jar").exists():
        raise EngineMissingError(f"the jar is not installed; `make test` puts it into {JAR_FOLDER}")
    port = _free_port()
    # One compiler tier and the serial collector start faster, and the tests are over before more would pay.
    command = [java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xmx512m"]
    command += [f"-Djava.library.path={JAR_FOLDER}/DynamoDBLocal_lib", "-jar", str(JAR_FOLDER / "DynamoDBLocal.jar")]
    command += ["-inMemory", "-sharedDb", "-port", str(port)]
    return _start(command, port, scratch, {})


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _start(command: list[str], port: int, scratch: Path, told: Mapping[str, str]) -> Server:
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "JAVA_HOME") if name in os.environ}
    env = {**kept, "HOME": str(scratch), "TMPDIR": str(scratch), **told}
    log = scratch / "log.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=scratch, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
    server = Server(process, f"http://{HOST}:{port}")
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection((HOST, port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return server
    server.stop()
    raise RuntimeError(f"{command[0]} did not start:\n{log.read_text(errors='replace')[-2000:]}")
