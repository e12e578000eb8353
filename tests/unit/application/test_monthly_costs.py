"""What the audit of tags says that a resource costs."""

from dataclasses import replace
from decimal import Decimal

from spendplane.application.idle.idle_report import Found, Progress
from spendplane.application.idle.monthly_costs import MonthlyCosts
from spendplane.application.ports.fleet import RefusedError
from spendplane.domain.idleness import Hosting, Watched
from spendplane.domain.tagging import Resource
from tests.support.idle_accounts import GPU as GPU_TYPE
from tests.support.idle_accounts import PRICES, MemoryAccount, Prices, variant, watched


def cost(resource: Watched) -> Decimal | None:
    costs = MonthlyCosts(MemoryAccount([resource]), Prices())
    return costs(Resource(resource.kind, resource.arn.upper().replace("ARN:AWS", "arn:aws"), resource.name))


def test_instances_as_they_run_now() -> None:
    two = variant(0, now=2)
    assert cost(watched(two, replace(two, name="other", now=1))) == 3 * 730 * PRICES[GPU_TYPE]
    assert cost(watched(replace(two, now=0))) == 0


def test_what_is_not_known() -> None:
    assert cost(watched(variant(0, instance_type="ml.x9.large"))) is None
    assert cost(watched(variant(0, now=0), hosting=Hosting.SERVERLESS)) is None
    costs = MonthlyCosts(MemoryAccount(), Prices())
    assert costs(Resource("lambda-function", "arn:aws:lambda:us-east-1:1:function:x", "x")) is None
    assert costs(Resource("sagemaker-model", "arn:aws:sagemaker:us-east-1:1:model/m", "m")) == 0


def test_an_account_that_cannot_be_read_costs_nobody_knows_what() -> None:
    class Closed(MemoryAccount):
        def found(self, progress: Progress) -> Found:  # noqa: ARG002  # the port's
            raise RefusedError("AccessDenied")

    costs = MonthlyCosts(Closed(), Prices())
    assert costs(Resource("sagemaker-endpoint", "arn:aws:sagemaker:us-east-1:1:endpoint/e", "e")) is None
