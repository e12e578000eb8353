"""Training jobs as SageMaker has them: they run, can be stopped once, and are found by time and status."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import SageMakerModelBackend

from local.mended import training_jobs

GIVEN = dict.fromkeys(
    (
        "hyper_parameters", "role_arn", "input_data_config", "resource_config", "vpc_config", "stopping_condition",
        "tags", "enable_network_isolation", "enable_inter_container_traffic_encryption", "enable_managed_spot_training",
        "checkpoint_config", "debug_hook_config", "debug_rule_configurations", "tensor_board_output_config",
        "experiment_config",
    )
)  # fmt: skip
ASKED = dict.fromkeys(
    (
        "next_token", "max_results", "creation_time_after", "creation_time_before", "last_modified_time_after",
        "last_modified_time_before", "name_contains", "status_equals",
    )
)  # fmt: skip


class Responses:
    """As much of moto's as is needed."""

    def __init__(self, backend: Any, name: str) -> None:
        self.sagemaker_backend, self._name = backend, name

    def _get_param(self, _key: str) -> str:
        return self._name


@pytest.fixture
def backend() -> Any:
    class Backend(SageMakerModelBackend):  # type: ignore[misc]  # moto has no types here
        pass

    training_jobs.install(Backend, Responses, ValidationError, lambda answer: answer)
    made = Backend("us-east-1", "000000000000")
    output = {"S3OutputPath": "s3://b"}
    made.create_training_job(training_job_name="j", algorithm_specification={}, output_data_config=output, **GIVEN)
    return made


def listed(backend: Any, **asked: Any) -> list[str]:
    found = backend.list_training_jobs(**{**ASKED, **asked})["TrainingJobSummaries"]
    return [job["TrainingJobStatus"] for job in found]


def test_a_job_runs_until_it_is_stopped(backend: Any) -> None:
    assert "TrainingEndTime" not in backend.describe_training_job("j")
    assert listed(backend, status_equals="InProgress") == ["InProgress"]
    Responses(backend, "j").stop_training_job()  # type: ignore[attr-defined]
    found = backend.describe_training_job("j")
    assert (found["TrainingJobStatus"], found["TrainingEndTime"]) == ("Stopped", found["LastModifiedTime"])
    assert listed(backend, status_equals="InProgress") == []


@pytest.mark.parametrize(("name", "reason"), [("j", "status Stopped"), ("x", "not found")])
def test_what_does_not_run_cannot_be_stopped(backend: Any, name: str, reason: str) -> None:
    Responses(backend, "j").stop_training_job()  # type: ignore[attr-defined]
    with pytest.raises(ValidationError, match=reason):
        Responses(backend, name).stop_training_job()  # type: ignore[attr-defined]


def test_the_time_in_a_request_is_a_number(backend: Any) -> None:
    now = datetime.now(UTC)
    before, after = ((now + timedelta(hours=shift)).timestamp() for shift in (-1, 1))
    assert listed(backend, last_modified_time_after=before, creation_time_before=after) == ["InProgress"]
    assert listed(backend, last_modified_time_after=after) == []
