"""The deployed kill switch turns inference components down with everything else, and gives their copies back."""

import pytest

from tests.e2e.deployed import Deployed, eventually, record
from tests.e2e.fleet import Fleet
from tests.e2e.twin import COPIES, OK, Twin

PROJECT, KIND = "e2e-components", "sagemaker-inference-component"


@pytest.fixture(scope="module")
def fleet(deployed: Deployed) -> Fleet:
    return Fleet(deployed.account, PROJECT)


def range_and_copies(twin: Twin) -> tuple[int, int, int]:
    found = twin.snapshot()[KIND]
    (target,) = found["scaling"]
    return target["MinCapacity"], target["MaxCapacity"], found["copies"]["DesiredCopyCount"]


def scale(twin: Twin, least: int, most: int) -> None:
    """As its team would: the copies follow."""
    twin.client("application-autoscaling").register_scalable_target(
        ServiceNamespace="sagemaker",
        ResourceId=f"inference-component/{twin.name}",
        ScalableDimension=COPIES,
        MinCapacity=least,
        MaxCapacity=most,
    )


def test_a_crossed_budget_takes_the_copies_and_a_release_gives_them_back(deployed: Deployed, fleet: Fleet) -> None:
    scale(fleet.staging, 3, 6)
    before, untouched = fleet.staging.snapshot(), fleet.production.snapshot()
    assert range_and_copies(fleet.staging) == (3, 6, 3)

    deployed.put(record(PROJECT, cost_usd="10"))

    used = eventually(fleet.staging.use, lambda seen: OK not in seen.values(), seconds=40)
    assert used[KIND] == "no copy"
    assert range_and_copies(fleet.staging) == (0, 0, 0)
    assert fleet.production.snapshot() == untouched

    deployed.cli("release", PROJECT, "--reason", "the test is over")

    eventually(fleet.staging.snapshot, lambda seen: seen == before, seconds=40)
    assert set(fleet.staging.use().values()) == {OK}
    assert fleet.production.snapshot() == untouched
