"""Application Auto Scaling. It gives one thing a page, so whoever forgets to turn the page misses something."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from botocore.utils import parse_to_aware_datetime

from tests.unit.adapters.fleet.cloud import Answer, Cloud, FaultError

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
Place = tuple[str, str]
ARN = "arn:aws:application-autoscaling:eu-west-1:123456789012:scalable-target/"


class FakeScaling:
    """Scalable targets by resource and dimension, and what hangs on them. `clamp` keeps a resource within a range."""

    def __init__(self, cloud: Cloud) -> None:
        self.targets: dict[Place, Answer] = {}
        self.policies: dict[tuple[Place, str], Answer] = {}
        self.schedules: dict[tuple[Place, str], Answer] = {}
        self.clamp: Callable[[str, int, int], None] = lambda *_: None
        self.now = NOW
        self.registered = 0
        cloud.serve(
            "application-autoscaling",
            DescribeScalableTargets=self.describe_targets,
            DescribeScalingPolicies=lambda given: self._page(given, "ScalingPolicies", self.policies),
            DescribeScheduledActions=lambda given: self._page(given, "ScheduledActions", self.schedules),
            ListTagsForResource=self.tags,
            RegisterScalableTarget=self.register,
            PutScalingPolicy=self.put_policy,
            PutScheduledAction=self.put_schedule,
        )

    def describe_targets(self, given: Answer) -> Answer:
        dimension = given.get("ScalableDimension")
        found = [
            {key: value for key, value in target.items() if key != "Tags"}
            for (resource, at), target in sorted(self.targets.items())
            if resource in given["ResourceIds"] and dimension in (None, at)
        ]
        return _paged(given, "ScalableTargets", found)

    def tags(self, given: Answer) -> Answer:
        (found,) = (item for item in self.targets.values() if item["ScalableTargetARN"] == given["ResourceARN"])
        return {"Tags": found["Tags"]}

    def register(self, given: Answer) -> Answer:
        place = _place(given)
        known = self.targets.get(place)
        if known and "Tags" in given:
            raise FaultError("ValidationException", "A scalable target that is registered is tagged by TagResource")
        self.registered += 1
        fresh: Answer = {
            "ScalableTargetARN": f"{ARN}{self.registered}",
            "RoleARN": "arn:aws:iam::123456789012:role/aws-service-role/x",
            "CreationTime": NOW,
            "Tags": {},
            "SuspendedState": {"DynamicScalingInSuspended": False},
        }
        self.targets[place] = target = (known or fresh) | given
        self.clamp(place[0], target["MinCapacity"], target["MaxCapacity"])
        return {"ScalableTargetARN": target["ScalableTargetARN"]}

    def put_policy(self, given: Answer) -> Answer:
        arn = f"arn:aws:autoscaling:eu-west-1:123456789012:scalingPolicy:{given['PolicyName']}"
        alarms = [{"AlarmName": f"{given['PolicyName']}-high", "AlarmARN": "arn:aws:cloudwatch:x"}]
        fresh = {"PolicyARN": arn, "Alarms": alarms, "CreationTime": NOW}
        self.policies[self._registered(given), given["PolicyName"]] = given | fresh
        return {"PolicyARN": arn, "Alarms": alarms}

    def put_schedule(self, given: Answer) -> Answer:
        times = {name: parse_to_aware_datetime(given[name]) for name in ("StartTime", "EndTime") if name in given}
        once = given["Schedule"].startswith("at(")
        if once and parse_to_aware_datetime(given["Schedule"][3:-1] + "Z") <= self.now:
            raise FaultError("ValidationException", "The schedule is over")
        if "StartTime" in times and times["StartTime"] <= self.now:
            raise FaultError("ValidationException", "The start time must be in the future")
        fresh = {"ScheduledActionARN": "arn:aws:autoscaling:x", "CreationTime": NOW}
        self.schedules[self._registered(given), given["ScheduledActionName"]] = given | times | fresh
        return {}

    def deregister(self, prefix: str) -> None:
        """As AWS does silently when an endpoint is deleted."""
        self.targets = {place: item for place, item in self.targets.items() if not place[0].startswith(prefix)}
        for known in (self.policies, self.schedules):
            for key in [key for key in known if key[0] not in self.targets]:
                del known[key]

    def _registered(self, given: Answer) -> Place:
        if _place(given) not in self.targets:
            raise FaultError("ObjectNotFoundException", "No scalable target registered")
        return _place(given)

    def _page(self, given: Answer, key: str, known: dict[tuple[Place, str], Answer]) -> Answer:
        return _paged(given, key, [item for (place, _), item in sorted(known.items()) if place == _place(given)])


def _place(given: Answer) -> Place:
    return given["ResourceId"], given["ScalableDimension"]


def _paged(given: Answer, key: str, items: list[Any]) -> Answer:
    at = int(given.get("NextToken", 0))
    return {key: items[at : at + 1]} | ({"NextToken": str(at + 1)} if at + 1 < len(items) else {})
