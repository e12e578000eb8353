"""A custom resource whose function fails is told to CloudFormation at once.

As on AWS, MiniStack waits until the function answers, and one that raised never does. On AWS that wait is the price of
the function's retries; here it would only hide the reason for minutes.
"""

import logging
from collections.abc import Mapping
from typing import Any

_log = logging.getLogger("cloudformation")


def install(lambda_svc: Any, custom_resource: Any) -> None:  # MiniStack's modules
    """Puts a look at the function's result between MiniStack's call of it and the wait for the answer."""
    execute = lambda_svc._execute_function_with_config_scope  # noqa: SLF001  # the one place where it is called

    def execute_and_tell(function: dict[str, Any], event: dict[str, Any]) -> Any:  # MiniStack's own
        result = execute(function, event)
        if "ResponseURL" in event and isinstance(result, Mapping) and result.get("error"):
            reason = failure(result)
            _log.error("the function of %s failed: %s\n%s", event.get("LogicalResourceId"), reason, result.get("log"))
            token = event["ResponseURL"].rpartition("/")[2]
            custom_resource.deliver_response(token, {"Status": "FAILED", "Reason": reason})
        return result

    lambda_svc._execute_function_with_config_scope = execute_and_tell  # noqa: SLF001


def failure(result: Mapping[str, Any]) -> str:
    """What a failed invocation says of its reason."""
    body = result.get("body")
    if not isinstance(body, Mapping):
        return f"the function failed: {body}"
    return f"{body.get('errorType', 'Error')}: {body.get('errorMessage', 'the function gave no reason')}"
