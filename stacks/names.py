"""Physical names. They are fixed, so that producers, the command line and on-call need no look-up."""

APPLICATION = "spendplane"
TAGS = {"application": APPLICATION}

BUS = APPLICATION
TABLE = APPLICATION
WORK_INDEX = "work"
AUDIT_KEY = "D#"
"""What the partition keys of the audit trail's items begin with."""
USAGE_QUEUE = f"{APPLICATION}-usage"
USAGE_DLQ = f"{APPLICATION}-usage-dlq"
UNDELIVERED_DLQ = f"{APPLICATION}-usage-undelivered-dlq"
NOTIFY_DLQ = f"{APPLICATION}-notify-dlq"
SWEEP_DLQ = f"{APPLICATION}-sweep-dlq"
ENFORCE_DLQ = f"{APPLICATION}-enforce-dlq"
HOURS_DLQ = f"{APPLICATION}-hours-dlq"
BEDROCK_LOGS_QUEUE = f"{APPLICATION}-bedrock-logs"
BEDROCK_LOGS_DLQ = f"{APPLICATION}-bedrock-logs-dlq"
INVOCATION_LOG_GROUP = f"/{APPLICATION}/bedrock-invocations"
IDLE_DLQ = f"{APPLICATION}-idle-dlq"
ARCHIVE = f"{APPLICATION}-usage"
ON_CALL_TOPIC = f"{APPLICATION}-on-call"
BUDGET_ALERTS_TOPIC = f"{APPLICATION}-budget-alerts"

SOURCE = APPLICATION
"""`Source` of every event that Spendplane itself publishes."""
HTTP_SOURCE = f"{APPLICATION}.http"
"""What the `Source` of usage that came over HTTP begins with; `/` and the ARN of the caller follow."""
OWN_SOURCES = (f"{APPLICATION}.bedrock-logs", f"{APPLICATION}.hours")
"""What Spendplane's own adapters publish usage as. No `producers` of budgets.yaml binds them."""
HTTP_API = f"{APPLICATION}-usage"
HTTP_LOG = f"/aws/apigateway/{HTTP_API}"
ROLE_PATH = f"/{APPLICATION}/"
"""IAM path of every function's role; the bus policy recognises our functions by it."""
METRICS = "Spendplane"
"""CloudWatch namespace of the functions' own metrics; their one dimension is `service`."""

USAGE_EVENTS = ("AI Usage Recorded", "AI Usage Batch Recorded")
THRESHOLD_CROSSED = "Budget Threshold Crossed"
NOTICE_EVENTS = (
    THRESHOLD_CROSSED,
    "Usage Unpriced",
    "Kill Switch Engaged",
    "Kill Switch Refused",
    "Kill Switch Released",
    "Degrade Requested",
    "Degrade Ended",
    "Idle Announced",
    "Idle Reported",
)


def function(capability: str) -> str:
    """Name of a Lambda function, and the value of its metrics' dimension `service`."""
    return f"{APPLICATION}-{capability}"
