"""What a resource costs in a month of 730 hours as it runs now, where instances say so: for the audit of tags."""

from dataclasses import dataclass, field
from decimal import Decimal

from spendplane.application.idle.hourly_costs import usd_per_hour
from spendplane.application.idle.idle_report import Account
from spendplane.application.ports import BusyError
from spendplane.application.ports.fleet import RefusedError
from spendplane.application.sources.hours import InstancePrices
from spendplane.contract.hours_record import USE
from spendplane.domain.idleness import HOURS_A_MONTH, Hosting, Watched
from spendplane.domain.tagging import Resource

FREE = frozenset({"sagemaker-endpoint-config", "sagemaker-model"})
"""They cost nothing by themselves: what runs from them does."""


@dataclass(slots=True)
class MonthlyCosts:
    """See `tag_audit.MonthlyCost`. Endpoints and notebooks are read when the first cost is asked for."""

    account: Account
    prices: InstancePrices
    _known: dict[str, Decimal | None] | None = field(default=None)

    def __call__(self, resource: Resource) -> Decimal | None:
        """None: nobody knows, as of a function, whose cost depends on its calls; or it could not be read."""
        if resource.kind in FREE:
            return Decimal(0)
        if self._known is None:
            self._known = self._read()
        return self._known.get(resource.arn.lower())

    def _read(self) -> dict[str, Decimal | None]:
        try:
            found = self.account.found(lambda: None)
        except (BusyError, RefusedError):
            return {}
        return {watched.arn.lower(): self._cost(watched) for watched in found.resources}

    def _cost(self, watched: Watched) -> Decimal | None:
        if watched.hosting is Hosting.SERVERLESS:
            return None
        instances = ((part.instance_type, part.now) for part in watched.parts)
        usd = usd_per_hour(self.prices, watched.arn.split(":")[3], USE[watched.kind], instances)
        return None if usd is None else usd * HOURS_A_MONTH
