"""An account in memory with SageMaker and CloudWatch, behind real clients that check what they are asked."""

from datetime import datetime, timedelta
from typing import Any

from tests.support.builders import NOW
from tests.unit.adapters.fleet.cloud import Answer, Cloud

ARN = "arn:aws:sagemaker:eu-west-1:123456789012"
LONG_AGO = NOW - timedelta(days=90)
TAGS = [{"Key": "project", "Value": "ranking"}, {"Key": "environment", "Value": "staging"}]
PAGE = 3
"""Values of one metric that CloudWatch gives a page, so that everything takes several."""


class MeteredCloud:
    """`values` are hourly, by metric, statistic and dimensions."""

    def __init__(self) -> None:
        self.endpoints: dict[str, Answer] = {}
        self.configs: dict[str, Answer] = {}
        self.components: dict[str, Answer] = {}
        self.notebooks: list[Answer] = []
        self.values: dict[tuple[str, str, str, tuple[str, ...]], dict[datetime, float]] = {}
        self.status = "Complete"
        self.cloud = Cloud()
        self.cloud.serve("resourcegroupstaggingapi", GetResources=self._tagged)
        self.cloud.serve("cloudwatch", GetMetricData=self._metrics)
        self.cloud.serve(
            "sagemaker",
            ListEndpoints=lambda _: {"Endpoints": [_short(item) for item in self.endpoints.values()]},
            DescribeEndpoint=lambda given: self.endpoints[given["EndpointName"]],
            DescribeEndpointConfig=lambda given: self.configs[given["EndpointConfigName"]],
            ListNotebookInstances=lambda _: {"NotebookInstances": self.notebooks},
            ListInferenceComponents=lambda _: {"InferenceComponents": [_summary(c) for c in self.components.values()]},
            DescribeInferenceComponent=lambda given: self.components[given["InferenceComponentName"]],
        )

    def endpoint(self, name: str, count: int | None = 1, model: str | None = "m", **more: Any) -> str:
        """One variant `all`, on GPUs where it has a count. `config` is added to its configuration. Returns its ARN."""
        config = more.pop("config", {})
        asked: Answer = {"VariantName": "all", **({"ModelName": model} if model else {})}
        asked |= {"InstanceType": "ml.g5.xlarge", "InitialInstanceCount": 1} if count is not None else {}
        variant = {"VariantName": "all", **({"CurrentInstanceCount": count} if count is not None else {})}
        arn = f"{ARN}:endpoint/{name.lower()}"
        self.configs[f"{name}-c"] = {
            "EndpointConfigName": f"{name}-c",
            "EndpointConfigArn": f"{ARN}:endpoint-config/{name}-c",
            "ProductionVariants": [asked],
            "CreationTime": LONG_AGO,
            **config,
        }
        self.endpoints[name] = {
            "EndpointName": name,
            "EndpointArn": arn,
            "EndpointConfigName": f"{name}-c",
            "EndpointStatus": "InService",
            "CreationTime": LONG_AGO,
            "LastModifiedTime": LONG_AGO,
            "ProductionVariants": [{**variant, **more.pop("variant", {})}],
            **more,
        }
        return arn

    def component(self, name: str, endpoint: str, copies: int = 1) -> str:
        """On the variant `all`. Returns its ARN."""
        arn = f"{ARN}:inference-component/{name}"
        self.components[name] = {
            "InferenceComponentName": name,
            "InferenceComponentArn": arn,
            "EndpointName": endpoint,
            "EndpointArn": self.endpoints[endpoint]["EndpointArn"],
            "VariantName": "all",
            "InferenceComponentStatus": "InService",
            "CreationTime": LONG_AGO,
            "LastModifiedTime": LONG_AGO,
            "RuntimeConfig": {"DesiredCopyCount": copies, "CurrentCopyCount": copies},
        }
        return arn

    def notebook(self, status: str, since: datetime) -> None:
        """Whose status is so since then."""
        self.notebooks.append({
            "NotebookInstanceName": "lab",
            "NotebookInstanceArn": f"{ARN}:notebook-instance/lab",
            "NotebookInstanceStatus": status,
            "InstanceType": "ml.t3.medium",
            "CreationTime": LONG_AGO,
            "LastModifiedTime": since,
        })  # fmt: skip

    def metric(self, name: str, stat: str, *place: str, hours: dict[datetime, float]) -> None:
        """Its namespace is found by its name."""
        space = "AWS/SageMaker" if name in {"Invocations", "ModelLatency", "ApproximateBacklogSize"} else None
        space = space or ("SageMakerNotebookInstances" if "_" in name else "/aws/sagemaker/Endpoints")
        self.values[space, name, stat, place] = hours

    def asked(self, operation: str) -> list[Answer]:
        """The parameters of every call."""
        return [given for name, given in self.cloud.calls if name == operation]

    def _tagged(self, _: Answer) -> Answer:
        arns = [item["EndpointArn"] for item in self.endpoints.values()]
        return {"ResourceTagMappingList": [{"ResourceARN": arn, "Tags": TAGS} for arn in arns]}

    def _metrics(self, given: Answer) -> Answer:
        start = int(given.get("NextToken", 0))
        results, more = [], False
        for query in given["MetricDataQueries"]:
            asked = query["MetricStat"]
            metric = asked["Metric"]
            place = tuple(item["Value"] for item in metric["Dimensions"])
            found = self.values.get((metric["Namespace"], metric["MetricName"], asked["Stat"], place), {})
            times = sorted(hour for hour in found if given["StartTime"] <= hour < given["EndTime"])
            page = times[start : start + PAGE]
            more = more or len(times) > start + PAGE
            results.append({
                "Id": query["Id"],
                "StatusCode": self.status,
                "Timestamps": page,
                "Values": [found[hour] for hour in page],
            })  # fmt: skip
        return {"MetricDataResults": results, **({"NextToken": str(start + PAGE)} if more else {})}


def _short(item: Answer) -> Answer:
    keys = ("EndpointName", "EndpointArn", "CreationTime", "LastModifiedTime", "EndpointStatus")
    return {key: item[key] for key in keys}


def _summary(item: Answer) -> Answer:
    return {key: value for key, value in item.items() if key != "RuntimeConfig"}
