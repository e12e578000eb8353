"""For every test: no network where none belongs, and a loud word when an engine could not run."""

import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer

pytest.register_assert_rewrite("tests.support.snapshot", "tests.support.timeline")

from tests.support import engines  # noqa: E402
from tests.support.places import Engine  # noqa: E402
from tests.support.simulated import SimulatedEngine  # noqa: E402
from tests.support.workers import ByFolder  # noqa: E402

TESTS = Path(__file__).parent
OFFLINE = tuple(TESTS / name for name in ("unit", "properties", "scenarios"))
ON_ENGINES = frozenset({"engine", "table_engine", "ministack_engine", "dynamodb_local_engine"})
NOT_RUN = "DynamoDB Local cannot run"

settings.register_profile(
    "spendplane",
    deadline=None,
    derandomize=True,  # the same examples each time: a failure is a failure for everybody
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile("spendplane")


def pytest_addoption(parser: pytest.Parser) -> None:
    """For `make proof`."""
    parser.addoption(
        "--place",
        choices=["memory", "dynamodb-local"],
        default="memory",
        help="where the stories of tests/scenarios keep their data; the engine's clients meet conflicts and throttles",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Bans sockets from what must not need them; tests over an engine are the exception."""
    if config.getoption("place") != "memory":
        return
    for item in items:
        offline = any(item.path.is_relative_to(folder) for folder in OFFLINE)
        if offline and not ON_ENGINES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.disable_socket)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFolder:
    """Workers share no account and no assembly: what shares one runs on one."""
    return ByFolder(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What was printed goes from a worker to the terminal as UTF-8: a lone surrogate in it would end the worker."""
    report = yield
    report.sections = [(name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections]
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says it in red: a suite that did not run proves nothing."""
    skipped = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])]
    if count := sum(NOT_RUN in text for text in skipped):
        terminalreporter.section("DYNAMODB LOCAL DID NOT RUN", sep="!", red=True, bold=True)
        terminalreporter.line(
            f"{count} tests are WITHOUT the second opinion of the official engine. With CI=true they fail.", red=True
        )


@pytest.fixture(scope="session")
def memory_engine() -> Engine:
    """The in-memory adapters."""
    return Engine("memory")


@pytest.fixture(scope="session")
def simulated_engine() -> Engine:
    """The table of the proof's simulator."""
    return SimulatedEngine("simulated")


@pytest.fixture(scope="session")
def ministack_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """MiniStack's DynamoDB."""
    server = engines.ministack(tmp_path_factory.mktemp("ministack"))
    engine = Engine("ministack", server.url)
    yield engine
    engine.close()
    server.stop()


@pytest.fixture(scope="session")
def dynamodb_local_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine | str]:
    """The official engine, or the reason why it cannot run here."""
    try:
        server = engines.dynamodb_local(tmp_path_factory.mktemp("dynamodb-local"))
    except engines.EngineMissingError as error:
        yield str(error)
        return
    engine = Engine("dynamodb-local", server.url)
    yield engine
    engine.close()
    server.stop()


@pytest.fixture
def dynamodb_local_engine(dynamodb_local_server: Engine | str) -> Engine:
    """The official engine. Without it the test is skipped loudly, and fails where CI=true."""
    if isinstance(dynamodb_local_server, Engine):
        return dynamodb_local_server
    reason = f"{NOT_RUN}: {dynamodb_local_server}"
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(reason)
    pytest.skip(reason)


OFFICIAL = pytest.param("dynamodb_local", marks=pytest.mark.dynamodb_local)


@pytest.fixture(params=["memory", "simulated", "ministack", OFFICIAL])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine in turn: what holds for one must hold for all."""
    found: Engine = request.getfixturevalue(f"{request.param}_engine")
    return found


@pytest.fixture(params=["ministack", OFFICIAL])
def table_engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine with a table: for what a table alone can do, and for faults on the way to it."""
    found: Engine = request.getfixturevalue(f"{request.param}_engine")
    return found
