"""For OpenTelemetry's SDK: a span processor, or an exporter behind the processor that is there already. Use one."""

from collections.abc import Sequence
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from spendplane_client.opentelemetry_spans import call_of
from spendplane_client.process import publisher
from spendplane_client.tagging import Tags, checked, current
from spendplane_client.watching import beside


class SpendplaneSpanProcessor(SpanProcessor):
    """Records each call of a model as its span ends, with the tags of the `tags` block around it."""

    def __init__(self, **tags: Any) -> None:
        self._tags = checked(tags)

    def on_end(self, span: ReadableSpan) -> None:
        """As the SDK calls it."""
        _record(span, {**self._tags, **current()})

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """As the SDK calls it."""
        return publisher().flush(timeout_millis / 1000)

    def shutdown(self) -> None:
        """As the SDK calls it."""
        publisher().flush(publisher().settings.exit_seconds)


class SpendplaneSpanExporter(SpanExporter):
    """As the processor, but later and from another thread: blocks of `tags` are not seen, attributes of spans are."""

    def __init__(self, **tags: Any) -> None:
        self._tags = checked(tags)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """As the SDK calls it. What cannot be published is kept and told by the client itself, so never a failure."""
        for span in spans:
            _record(span, self._tags)
        return SpanExportResult.SUCCESS

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """As the SDK calls it."""
        return publisher().flush(timeout_millis / 1000)

    def shutdown(self) -> None:
        """As the SDK calls it."""
        publisher().flush(publisher().settings.exit_seconds)


def _record(span: ReadableSpan, tags: Tags) -> None:
    with beside():
        known = publisher()
        call = call_of(span, {**known.settings.tags, **tags})
        if call is not None:
            known.record(call)
