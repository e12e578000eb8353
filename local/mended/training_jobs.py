"""SageMaker training jobs run until they are stopped; moto's are over before they began, and no time finds them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

_TIMES = ("creation_time_after", "creation_time_before", "last_modified_time_after", "last_modified_time_before")
_RUNS, _STOPPED = "InProgress", "Stopped"


def install(backend: Any, responses: Any, refusal: Callable[[str], Exception], answer: Callable[[Any], Any]) -> None:
    """Changes moto's classes. `answer` makes moto's answer of a mapping, `refusal` its error of a message."""
    create, listed = backend.create_training_job, backend.list_training_jobs

    def create_running(self: Any, **given: Any) -> Any:
        job = create(self, **given)
        job.training_job_status, job.secondary_status, job.training_end_time = _RUNS, "Training", None
        return job

    def list_by_time(self: Any, **asked: Any) -> Any:
        found = listed(self, **{name: _time(value) if name in _TIMES else value for name, value in asked.items()})
        jobs = found["TrainingJobSummaries"]
        return {**found, "TrainingJobSummaries": [{k: v for k, v in job.items() if v is not None} for job in jobs]}

    def stop(self: Any) -> Any:
        name = self._get_param("TrainingJobName")  # moto's way
        job = self.sagemaker_backend.training_jobs.get(name)
        if job is None:
            raise refusal(f"Requested resource not found: training job {name}.")
        if job.training_job_status != _RUNS:
            raise refusal(f"The request was rejected because the training job is in status {job.training_job_status}.")
        job.training_end_time = job.last_modified_time = datetime.now(UTC).replace(tzinfo=None)
        job.training_job_status = job.secondary_status = _STOPPED
        return answer({})

    backend.create_training_job, backend.list_training_jobs = create_running, list_by_time
    responses.stop_training_job = stop


def _time(value: Any) -> Any:
    """For moto, which compares what it kept, in UTC and without a zone, with the number that came over the wire."""
    return datetime.fromtimestamp(value, UTC).replace(tzinfo=None) if isinstance(value, int | float) else value
