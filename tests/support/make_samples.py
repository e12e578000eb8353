"""Writes `events/`: a file per case, and `events/manifest.json` with what each must become.

`python -m tests.support.make_samples events`. The files are the contract; this only spares writing 501 records by hand.
"""

import json
import sys
import unicodedata
from pathlib import Path
from typing import Any

from spendplane.contract.usage_event import USAGE_BATCH_RECORDED, USAGE_RECORDED

RECEIVED_AT = "2026-11-22T04:05:00Z"
TIME = "2026-11-22T04:00:00Z"
SONNET = "anthropic.claude-sonnet-4-5-20250929-v1:0"
ACCOUNT_ARN = "arn:aws:bedrock:us-east-1:123456789012"
PRECISE = "12.345678901234567890"
CACHED = {"input_uncached": 350, "cache_read": 120000, "output": 900}

Cases = dict[str, dict[str, Any]]

_REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "missing-project-id": ({"project_id": ...}, "project_id: Field required"),
    "missing-user-id": ({"user_id": ...}, "user_id: Field required"),
    "missing-environment": ({"environment": ...}, "environment: Field required"),
    "missing-usage": ({"usage": ...}, "usage: Field required"),
    "empty-user-id": ({"user_id": "   "}, "user_id: String should have at least 1 character"),
    "unknown-environment": ({"environment": "prod"}, "environment: Input should be 'production', 'staging'"),
    "time-naive": ({"time": "2026-11-22T04:00:00"}, "without an offset"),
    "time-impossible": ({"time": "2026-02-30T04:00:00Z"}, "not a date and time"),
    "time-control-character": ({"time": "2026-11-22\u000004:00:00Z"}, "not a date and time"),
    "time-number": ({"time": 1763784000}, "time: Input should be a valid string"),
    "time-ahead-6-minutes": ({"time": "2026-11-22T04:11:00Z"}, "ahead of its arrival"),
    "time-36-days-old": ({"time": "2026-10-17T04:00:00Z"}, "36 days old"),
    "time-year-1": ({"time": "0001-01-01T00:00:00+23:59"}, "days old"),
    "tokens-negative": ({"usage": {"output": -1}}, "usage.output: Input should be greater than or equal to 0"),
    "tokens-fractional": ({"usage": {"output": 1.5}}, "usage.output: Input should be a valid integer"),
    "tokens-whole-float": ({"usage": {"output": 1.0}}, "usage.output: Input should be a valid integer"),
    "tokens-boolean": ({"usage": {"output": True}}, "usage.output: Input should be a valid integer"),
    "tokens-string": ({"usage": {"output": "900"}}, "usage.output: Input should be a valid integer"),
    "tokens-1e30": ({"usage": {"output": 10**30}}, "usage.output: Input should be less than or equal to"),
    "tokens-5000-digits": ({"usage": {"output": "@9"}}, "usage.output: Input should be a valid integer"),
    "images-in-words": ({"usage": {"images": "two"}}, "usage.images: Input should be a valid integer"),
    "audio-over-input": (
        {"usage": {"input_uncached": 5, "input_audio": 6}},
        "input_audio (6) is a part of input_uncached (5)",
    ),
    "reasoning-over-output": ({"usage": {"output": 5, "reasoning": 6}}, "reasoning (6) is a part of output (5)"),
    "cost-negative": ({"cost_usd": "-0.01"}, "cost_usd: Input should be greater than or equal to 0"),
    "cost-not-decimal": ({"cost_usd": "ten dollars"}, "cost_usd: Input should be a valid decimal"),
    "cost-boolean": ({"cost_usd": True}, "cost_usd: a decimal written as a string"),
    "cost-nan": ({"cost_usd": "NaN"}, "cost_usd: Input should be a finite number"),
    "cost-astronomical": ({"cost_usd": "1e30"}, "cost_usd: "),
    "latency-boolean": ({"latency_ms": False}, "latency_ms: Input should be a valid number"),
    "latency-string": ({"latency_ms": "812"}, "latency_ms: Input should be a valid number"),
    "control-character": ({"user_id": "em\u0007ployee"}, "must not contain control characters"),
    "line-break": ({"project_id": "a\nb"}, "must not contain control characters"),
    "line-separator": ({"project_id": "a\u2028b"}, "must not contain control characters"),
    "string-257": ({"user_id": "x" * 257}, "user_id: String should have at most 256 characters"),
    "string-2-kb": ({"model": "y" * 2048}, "model: String should have at most 256 characters"),
    "hash-in-id": ({"id": "a#b"}, "id: must not contain"),
    "hash-in-user-id": ({"user_id": "a#b"}, "user_id: must not contain"),
    "lone-surrogate": ({"user_id": "a\ud800b"}, "user_id: Input should be a valid string"),
    "lone-surrogate-unknown-field": ({"shoe": "a\ud800b"}, "an unknown field cannot be kept"),
    "record-over-32-kb": ({"shoe": "z" * 33_000}, "at most 32768 are accepted"),
    "nested-400-levels": ({"shoe": "@["}, "an unknown field cannot be kept"),
    "nested-400-levels-unicode": ({"shoe": "@[", "user_id": "Zoë"}, "an unknown field cannot be kept"),
}
"""By case, what differs from a minimal record, and a part of the reason."""


def record(name: str, **fields: Any) -> dict[str, Any]:
    """A minimal record; a field set to `...` is left out."""
    base: dict[str, Any] = {
        "id": f"sample-{name}",
        "time": TIME,
        "project_id": "marketing-gen-v1",
        "user_id": "employee-452",
        "environment": "staging",
        "provider": "aws.bedrock",
        "model": SONNET,
        "usage": {"input_uncached": 350, "output": 900},
    }
    return {key: value for key, value in {**base, **fields}.items() if value is not ...}


def valid() -> Cases:
    """Records that count; the dollars are worked out by hand from the providers' price pages."""
    plain = {"input_uncached": 1000, "output": 500}
    kinds = {
        "aws-bedrock": ("aws.bedrock", f"global.{SONNET}", "0.0105"),
        "anthropic": ("anthropic", "claude-sonnet-4-5", "0.0105"),
        "openai": ("openai", "gpt-4o-mini", "0.00045"),
        "azure-openai": ("azure.ai.openai", "gpt-4o-mini", "0.00045"),
        "gcp-gemini": ("gcp.gemini", "gemini-2.5-flash", "0.00155"),
        "gcp-vertex-ai": ("gcp.vertex_ai", "gemini-2.5-flash", "0.00155"),
    }
    cases: Cases = {
        f"provider-{name}": _one(record(name, provider=provider, model=model, usage=plain), usd=usd)
        for name, (provider, model, usd) in kinds.items()
    }
    cases["single"] = _one(_full(), usd="0.055605")
    cases["minimal"] = _one(record("minimal", usage={}), usd="0")
    cases["batch"] = _batch([record(f"batch-{n}", cost_usd="0.25") for n in range(3)], counted=3, usd="0.75")
    cases["cost-usd"] = _one(record("cost", cost_usd=PRECISE, model="gpu-hours"), usd=PRECISE)
    cases["cost-usd-number"] = _one(record("cost-number", cost_usd=0.1), usd="0.1")
    cases["unknown-field"] = _one(record("unknown", shoe_size=43, nested={"a": [1, None]}, cost_usd="1"), usd="1")
    cases["global-profile"] = _one(record("global", model=f"global.{SONNET}", usage=CACHED), usd="0.05055")
    cases["regional-profile"] = _one(record("regional", model=f"us.{SONNET}", usage=CACHED), usd="0.055605")
    cases["cache-hit"] = _one(record("cache-hit", cache_hit=True), usd="0")
    cases["blocked"] = _one(record("blocked", outcome="blocked"), usd="0")
    cases["client-gone"] = _one(record("client-gone", outcome="error", model=f"global.{SONNET}"), usd="0.01455")
    cases["service-tier-batch"] = _one(record("tier", service_tier="batch", model=f"global.{SONNET}"), usd="0.007275")
    cases["late-34-days"] = _one(record("late", time="2026-10-19T04:00:00Z", cost_usd="1"), usd="1")
    cases["ahead-4-minutes"] = _one(record("ahead", time="2026-11-22T05:09:00+01:00", cost_usd="1"), usd="1")
    cases["astral-256"] = _one(record("astral", user_id="\U0001d518" * 256, cost_usd="1"), usd="1")
    drawn = {"images": 2, "image_size": "1024x1024", "image_quality": "premium"}
    cases["images"] = _one(record("images", model="acme-paint-1", usage=drawn), unpriced=1, usd=None)
    heard = {"input_uncached": 1000, "input_audio": 1000, "output": 0}
    cases["audio"] = _one(record("audio", provider="openai", model="gpt-audio", usage=heard), usd="0.032")
    unpriced = {
        "unknown-model": "acme-frontier-9",
        "custom-model-arn": f"{ACCOUNT_ARN}:custom-model/{SONNET}/abcdef123456",
        "provisioned-model-arn": f"{ACCOUNT_ARN}:provisioned-model/abcdef123456",
        "inference-profile-unresolved": f"{ACCOUNT_ARN}:application-inference-profile/abcdef123456",
    }
    cases |= {name: _one(record(name, model=model), unpriced=1, usd=None) for name, model in unpriced.items()}
    return cases


def twins() -> Cases:
    """Pairs: what the second one is, beside the first."""
    name = "Zoë Ångström"
    composed, apart = unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name)
    forms = [record("twin", user_id=form, cost_usd="1") for form in (composed, apart)]
    seen = [record(f"adapter-{side}", provider_request_id="req-7f3a", cost_usd="2") for side in "ab"]
    return {
        "unicode": _pair(*map(_envelope, forms), counted=1, duplicates=1, usd="1"),
        "cross-adapter": _pair(
            _envelope(seen[0], source="aws.bedrock.logs"), _envelope(seen[1], source="com.example.sdk"),
            counted=1, duplicates=1, usd="2",
        ),
        "redelivery": _pair(_envelope(record("again", cost_usd="3")), _envelope(record("again", cost_usd="3")),
                            counted=1, duplicates=1, usd="3"),
        "same-id-other-payload": _pair(
            _envelope(record("same", cost_usd="4")), _envelope(record("same", cost_usd="5")),
            counted=1, quarantined=1, usd="4", reason="was counted already with another payload",
        ),
    }  # fmt: skip


def invalid() -> Cases:
    """Records that are refused, with a part of the reason that people read."""
    cases = {name: _one(record(name, **changes), reason=reason) for name, (changes, reason) in _REFUSED.items()}
    return cases | _refused_batches() | _refused_envelopes()


def _refused_batches() -> Cases:
    cases: Cases = {}
    hundred: list[dict[str, Any]] = [record(f"hundred-{number}", cost_usd="0.01") for number in range(100)]
    hundred[41]["usage"] = {"output": -5}
    cases["batch-one-bad-of-100"] = _batch(hundred, counted=99, quarantined=1, usd="0.99", reason="usage.output: Input")
    cases["batch-empty"] = _batch([], quarantined=1, reason="an empty batch")
    cases["batch-501"] = _batch(
        [record(f"many-{n}") for n in range(501)], quarantined=1, reason="a batch of 501 records"
    )
    return cases


def _refused_envelopes() -> Cases:
    cases: Cases = {}
    cases["batch-no-records"] = _raw(_envelope({"items": []}, USAGE_BATCH_RECORDED), reason="without a list `records`")
    cases["detail-is-a-list"] = _raw(_envelope([1, 2]), reason="record: Input should be a valid dictionary")
    cases["unknown-detail-type"] = _raw(_envelope(record("kind"), "AI Usage Guessed"), reason="unknown detail-type")
    cases["no-detail"] = _raw('{"hello": "world"}\n', reason="no `detail`")
    cases["not-json"] = _raw('{"detail-type": "AI Usage Recorded", "detail": {"id": \n', reason="not JSON")
    cases["tokens-nan"] = _raw(_envelope(record("nan", usage={"output": "@NaN"})), reason="NaN is not a JSON number")
    cases["nested-20000-levels"] = _raw("[" * 20_000, reason="not JSON")
    return cases


def _full() -> dict[str, Any]:
    return {
        **record("01JDA1B2C3D4E5F6G7H8J9K0M1"),
        "department_id": "marketing", "team": "growth", "cost_center": "cc-17", "workload_type": "inference",
        "provider_request_id": "4d1f3c9e", "session_id": "s-1", "region": "us-east-1", "service_tier": "standard",
        "usage": {**CACHED, "cache_write_5m": 0, "cache_write_1h": 0, "reasoning": 0},
        "outcome": "success", "cache_hit": False, "baseline_model": None, "latency_ms": 812,
    }  # fmt: skip


def _envelope(detail: object, kind: str = USAGE_RECORDED, source: str = "com.example.app") -> str:
    head = {
        "version": "0", "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718", "detail-type": kind, "source": source,
        "account": "123456789012", "time": TIME, "region": "us-east-1", "resources": [],
    }  # fmt: skip
    text = json.dumps({**head, "detail": "@detail"}, indent=1)
    records = detail.get("records") if isinstance(detail, dict) else None
    if records:
        body = '{"records": [\n' + ",\n".join(json.dumps(item, separators=(",", ":")) for item in records) + "\n]}"
    else:
        body = json.dumps(detail, indent=1).replace("\n", "\n ")
    for mark, meant in {"@NaN": "NaN", "@9": "9" * 5000, "@[": "[" * 400 + "]" * 400}.items():
        body = body.replace(f'"{mark}"', meant)
    return text.replace('"@detail"', body) + "\n"


def _one(detail: dict[str, Any], **expect: Any) -> dict[str, Any]:
    return _raw(_envelope(detail), **({"counted": 1, **expect} if "reason" not in expect else expect))


def _batch(records: list[dict[str, Any]], **expect: Any) -> dict[str, Any]:
    return _raw(_envelope({"records": records}, USAGE_BATCH_RECORDED), received=len(records) or 1, **expect) | (
        {"received": 1} if len(records) > 500 else {}
    )


def _pair(first: str, second: str, **expect: Any) -> dict[str, Any]:
    return {"texts": [first, second], "received": 2, "quarantined": 0, **expect}


def _raw(text: str, **expect: Any) -> dict[str, Any]:
    return {"texts": [text], "received": 1, "quarantined": int("reason" in expect), **expect}


def samples() -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Path → text of every file, and the manifest's cases."""
    files: dict[str, str] = {}
    manifest = []
    for folder, cases in (("valid", valid()), ("twins", twins()), ("invalid", invalid())):
        for name, case in sorted(cases.items()):
            texts = case.pop("texts")
            ends = [""] if len(texts) == 1 else ["-1", "-2"]
            kind = "json" if _is_json(texts) else "txt"
            paths = [f"{folder}/{name}{end}.{kind}" for end in ends]
            files |= dict(zip(paths, texts, strict=True))
            figures = {"counted": 0, "duplicates": 0, "unpriced": 0, "usd": "0", **case}
            manifest.append({"case": name, "files": paths, **figures})
    return files, manifest


def _is_json(texts: list[str]) -> bool:
    try:
        return all(json.loads(text, parse_constant=lambda _: 1 / 0, parse_int=str) is not ... for text in texts)
    except (ValueError, ZeroDivisionError, RecursionError):
        return False


def write(folder: Path) -> None:
    """Writes every file and removes those that no case stands for."""
    files, manifest = samples()
    text = ",\n".join("  " + json.dumps(case, ensure_ascii=False) for case in manifest)
    files["manifest.json"] = f'{{"received_at": "{RECEIVED_AT}", "cases": [\n{text}\n]}}\n'
    for part in ("valid", "twins", "invalid"):
        for stale in (folder / part).glob("*.*"):
            if f"{part}/{stale.name}" not in files:
                stale.unlink()
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
