"""Bedrock's model invocation log, of Converse: each call becomes a line in the log group of the account's setting.

MiniStack keeps that setting and does nothing by it. As on AWS, the bodies are in the line only where the setting says
so, and the caller notices nothing.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

STREAM = "aws/bedrock/modelinvocations"

Answer = tuple[int, dict[str, str], bytes]


def install(app: Any, bedrock: Any, bedrock_runtime: Any, cloudwatch_logs: Any) -> None:  # MiniStack's modules
    """Puts itself around Converse, and where a request that was answered gets the id that the caller is told."""
    converse: Callable[[str, Any, bytes], Answer] = bedrock_runtime._converse  # noqa: SLF001
    record = app._maybe_record_cloudtrail  # noqa: SLF001
    answered: dict[int, tuple[str, bytes, bytes]] = {}

    def kept(model: str, headers: Any, body: bytes) -> Answer:
        status, told, content = converse(model, headers, body)
        if status == HTTPStatus.OK:
            answered[id(headers)] = (model, body, content)
        return status, told, content

    def logged(service: str, method: str, path: str, headers: Any, *rest: Any) -> None:
        record(service, method, path, headers, *rest)
        call = answered.pop(id(headers), None)
        setting = bedrock._invocation_logging_config.get("config") or {}  # noqa: SLF001
        group = (setting.get("cloudWatchConfig") or {}).get("logGroupName")
        if call and group:
            model, body, content = call
            _body, _query, request_id, *_ = rest
            told = {**_place(), "requestId": request_id, "modelId": model}
            text = bool(setting.get("textDataDeliveryEnabled"))
            _write(cloudwatch_logs, group, line(told, json.loads(body), json.loads(content), text=text))

    bedrock_runtime._converse = kept  # noqa: SLF001
    app._maybe_record_cloudtrail = logged  # noqa: SLF001


def line(
    told: Mapping[str, Any], request: Mapping[str, Any], answer: Mapping[str, Any], *, text: bool
) -> dict[str, Any]:
    """As https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html has it."""
    used, kind = answer["usage"], "application/json"
    asked = {"inputContentType": kind, "inputTokenCount": used["inputTokens"], **_cached(used)}
    answered = {"outputContentType": kind, "outputTokenCount": used["outputTokens"]}
    if text:
        asked["inputBodyJson"], answered["outputBodyJson"] = request, answer
    metadata = request.get("requestMetadata")
    return {
        "schemaType": "ModelInvocationLog",
        "schemaVersion": "1.0",
        "timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "operation": "Converse",
        **told,
        "input": asked,
        "output": answered,
        **({"requestMetadata": metadata} if metadata else {}),
    }


def _cached(used: Mapping[str, Any]) -> dict[str, Any]:
    """They stand beside the input, where the answer has them."""
    names = {"cacheReadInputTokens": "cacheReadInputTokenCount", "cacheWriteInputTokens": "cacheWriteInputTokenCount"}
    return {ours: used[name] for name, ours in names.items() if name in used}


def _place() -> dict[str, Any]:
    from ministack.core.iam_evaluator import caller_arn
    from ministack.core.responses import get_account_id, get_region

    return {"accountId": get_account_id(), "region": get_region(), "identity": {"arn": caller_arn()}}


def _write(logs: Any, group: str, made: Mapping[str, Any]) -> None:
    at = {"logGroupName": group, "logStreamName": STREAM}
    if STREAM not in logs._log_groups.get(group, {}).get("streams", {}):  # noqa: SLF001
        logs._create_log_stream(at)  # noqa: SLF001
    event = {"timestamp": int(datetime.now(UTC).timestamp() * 1000), "message": json.dumps(made)}
    logs._put_log_events({**at, "logEvents": [event]})  # noqa: SLF001
