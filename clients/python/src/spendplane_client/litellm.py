"""LiteLLM's callback: `litellm_settings: {callbacks: [spendplane_client.litellm.callback]}`, or `litellm.callbacks`."""

from typing import Any

from litellm.integrations.custom_logger import CustomLogger  # type: ignore[import-not-found,unused-ignore]

from spendplane_client.litellm_payloads import call_of
from spendplane_client.process import publisher
from spendplane_client.tagging import checked, current
from spendplane_client.watching import beside


class SpendplaneLogger(CustomLogger):  # type: ignore[misc,unused-ignore]
    """Records each call that LiteLLM logs, of `completion` and of `acompletion`, good or failed."""

    def __init__(self, **tags: Any) -> None:
        super().__init__()
        self._tags = checked(tags)

    def log_success_event(self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any) -> None:  # noqa: ARG002
        """As LiteLLM calls it."""
        self._record(kwargs)

    def log_failure_event(self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any) -> None:  # noqa: ARG002
        """As LiteLLM calls it."""
        self._record(kwargs)

    async def async_log_success_event(
        self,
        kwargs: Any,
        response_obj: Any,  # noqa: ARG002
        start_time: Any,  # noqa: ARG002
        end_time: Any,  # noqa: ARG002
    ) -> None:
        """As LiteLLM calls it."""
        self._record(kwargs)

    async def async_log_failure_event(
        self,
        kwargs: Any,
        response_obj: Any,  # noqa: ARG002
        start_time: Any,  # noqa: ARG002
        end_time: Any,  # noqa: ARG002
    ) -> None:
        """As LiteLLM calls it."""
        self._record(kwargs)

    def _record(self, kwargs: dict[str, Any]) -> None:
        with beside():
            log = kwargs.get("standard_logging_object")
            if log:
                known = publisher()
                known.record(call_of(log, kwargs, {**known.settings.tags, **self._tags, **current()}))


callback = SpendplaneLogger()
