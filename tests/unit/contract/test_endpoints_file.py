"""endpoints.yaml: what is taken, and that every mistake is told with its line and its mend."""

from decimal import Decimal
from pathlib import Path

import pytest

from spendplane.contract import endpoints_file
from spendplane.contract.endpoint_entries import AsyncEntry, RealtimeEntry, ServerlessEntry
from spendplane.contract.yaml_file import FileError

EXAMPLE = Path(__file__).parents[3] / "examples" / "endpoints.yaml"
TOP = """\
version: 1
endpoints:
  - name: summaries
    kind: async
    project: support-agents
    environment: staging
    cost_center: cc-1
    model: llama
    image: 763104351884.dkr.ecr.eu-central-1.amazonaws.com/djl-inference:0.31.0
    instance_type: ml.g5.xlarge
    input: s3://bucket/requests/
    output: s3://bucket/answers/
"""
SERVERLESS = """\
  - name: intents
    kind: serverless
    project: support-agents
    environment: staging
    cost_center: cc-1
    model: intents
    image: 763104351884.dkr.ecr.eu-central-1.amazonaws.com/cpu:1
"""
REALTIME = """\
  - name: chat
    kind: realtime
    project: support-agents
    environment: staging
    cost_center: cc-1
    model: llama
    image: 763104351884.dkr.ecr.eu-central-1.amazonaws.com/djl-inference:0.31.0
    instance_type: ml.g5.xlarge
    memory_mb: 8192
"""
KINDS = "say `kind: serverless`, `kind: async` or `kind: realtime`"


def load(folder: Path, text: str) -> endpoints_file.EndpointsFile | None:
    """As from a file."""
    path = folder / "endpoints.yaml"
    path.write_text(text)
    return endpoints_file.load(path)


def test_the_example_has_one_of_each_kind() -> None:
    read = endpoints_file.load(EXAMPLE)
    assert read is not None
    assert [type(entry) for entry in read.endpoints] == [ServerlessEntry, AsyncEntry, RealtimeEntry]
    assert read.endpoints[1].price_per_hour == Decimal("1.76")
    assert read.endpoints[0].tags == {
        "project": "support-agents",
        "environment": "staging",
        "cost_center": "cc-support",
        "workload_type": "inference",
        "model": "intent-classifier",
    }


def test_an_empty_file_has_no_endpoints(tmp_path: Path) -> None:
    assert load(tmp_path, "") is None
    assert load(tmp_path, "# nothing yet\n") is None
    read = load(tmp_path, "version: 1\n")
    assert read is not None
    assert read.endpoints == []


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("- 1\n", 1, "not an endpoints file; begin it with `version: 1`"),
        ("endpoints: []\n", 1, "version: Field required; begin the file with `version: 1`"),
        ("version: 2\n", 1, "this release reads version 1"),
        (TOP.replace("kind: async", "kind: batch"), 3, KINDS),
        (TOP.replace("    kind: async\n", ""), 3, KINDS),
        (TOP + "    memory: 4\n", 13, "endpoints[0].memory: unknown key; remove it, or correct its spelling"),
        (TOP.replace("    project: support-agents\n", ""), 3, "project: Field required; the kill switch and the bill"),
        (TOP.replace("    cost_center: cc-1\n", ""), 3, "cost_center: Field required; every endpoint carries this tag"),
        (TOP.replace("staging", "stage"), 6, "environment: Input should be 'production', 'staging'"),
        (TOP.replace("cc-1", "a,b"), 7, "cost_center: String should match pattern"),
        (TOP.replace("summaries", "sum_maries"), 3, "use letters, digits and dashes between them, at most 63"),
        (TOP.replace("763104351884", "ecr"), 9, "write ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY:TAG"),
        (TOP.replace("ml.g5.xlarge", "g5.xlarge"), 10, "write one such as ml.g5.xlarge"),
        (TOP.replace("ml.g5.xlarge", "ml.t2.medium"), 10, "`ml.t2.medium` cannot be scaled"),
        (TOP.replace("requests/", "requests"), 11, "endpoints[0].input: String should match pattern"),
        (TOP.replace("answers/", "answers"), 12, "write a folder in S3 with / at its end"),
        (TOP + "    model_data: s3://bucket/model.bin\n", 13, "or a folder with / at its end"),
        (TOP + "    max_instances: 0\n", 13, "max_instances: Input should be greater than or equal to 1 (got 0)"),
        (TOP + "    price_per_hour: -1\n", 13, "price_per_hour: Input should be greater than or equal to 0"),
        (TOP + "    price_per_hour: yes\n", 13, "a number is needed"),
        (TOP + "    call_seconds: 0\n", 13, "call_seconds: Input should be greater than 0"),
        (TOP + "    price_per_second: 0.1\n", 13, "price_per_second: unknown key"),
        (TOP + SERVERLESS + "    price_per_second: 0.1\n", 13, "`price_per_second` says nothing without `call_sec"),
        (TOP + "    kms_key: alias/mine\n", 13, "write the ARN of a KMS key, not of an alias"),
        (TOP + "    alarm_topic: owners\n", 13, "write the ARN of an SNS topic"),
        (
            TOP + "    off_peak: {time_zone: Berlin}\n",
            13,
            "`Berlin` is no time zone; write a name such as",
        ),
        (TOP + "    off_peak: {end: '19:00'}\n", 13, "off_peak.time_zone: Field required; write a name"),
        (TOP + "    off_peak:\n      time_zone: UTC\n      end: 20:00\n", 15, 'in quotes, such as "08:00"'),
        (TOP + "    off_peak: {time_zone: UTC, start: '21:00'}\n", 13, "`end` 20:00 is not after `start` 21:00"),
        (TOP + "    off_peak: {time_zone: UTC, days: [MON, MON]}\n", 13, "`days` names one twice"),
        (TOP + "    off_peak: {time_zone: UTC, days: [Monday]}\n", 13, "Input should be 'MON', 'TUE'"),
        (
            TOP + SERVERLESS + "    memory_mb: 1536\n",
            20,
            "Input should be 1024, 2048, 3072, 4096, 5120 or 6144",
        ),
        (TOP + SERVERLESS + "    max_concurrency: 201\n", 20, "less than or equal to 200 (got 201)"),
        (
            TOP + SERVERLESS + "    provisioned_concurrency: 6\n",
            13,
            "6 is over `max_concurrency` 5",
        ),
        (TOP + SERVERLESS + "    price_per_hour: 1\n", 13, "`price_per_hour` says nothing without"),
        (TOP + SERVERLESS + "    off_peak: {time_zone: UTC}\n", 13, "`off_peak` says nothing without"),
        (TOP + SERVERLESS + "    network_isolation: true\n", 13, "not possible for serverless endpoints"),
        (TOP + REALTIME, 13, "say what a copy needs of an instance: `accelerators`, or `cpu_cores`"),
        (TOP + SERVERLESS.replace("intents\n    kind", "Summaries\n    kind"), 13, "is taken by endpoints[0]"),
    ],
)
def test_mistakes_are_told_with_line_and_mend(text: str, line: int, message: str, tmp_path: Path) -> None:
    with pytest.raises(FileError) as raised:
        load(tmp_path, text)
    first = str(raised.value).splitlines()[0]
    assert first.startswith(f"{tmp_path / 'endpoints.yaml'}:{line}: ")
    assert message in first


def test_every_mistake_of_a_file_is_told_at_once_in_its_own_words(tmp_path: Path) -> None:
    wrong = TOP.replace("staging", "stage").replace("answers/", "answers") + SERVERLESS + "    memory_mb: 1\n"
    with pytest.raises(FileError) as raised:
        load(tmp_path, wrong)
    places = [line.split(": ")[1] for line in str(raised.value).splitlines()]
    assert places == ["endpoints[0].environment", "endpoints[0].output", "endpoints[1].memory_mb"]
