"""What AWS bills of AI, by the names that bills use, and how these names meet those of the ledger. Pure.

https://docs.aws.amazon.com/bedrock/latest/userguide/cost-mgmt-understanding-cur-data.html. A usage type names the model
(`USE1-Claude3Sonnet-input-tokens`, `USE1-anthropic.claude-opus-4-8-mantle-output-tokens-global-standard`), or the
product does (`USE1-MP:USE1_InputTokenCount-Units` of `Claude Sonnet 4.5 (Amazon Bedrock Edition)`).
"""

import re
from dataclasses import dataclass

BEDROCK, SAGEMAKER = "aws.bedrock", "aws.sagemaker"
PROVIDERS = (BEDROCK, SAGEMAKER)
"""Of the ledger, and on a bill of AWS. Whatever else the ledger has is billed by others."""
UNKNOWN = ""
"""The model of a line that names none."""

_SAGEMAKER_CODES = frozenset({"AmazonSageMaker", "Amazon SageMaker", "Amazon SageMaker AI"})
_REGION = r"(?:(?:US|EU|AP|CA|SA|ME|AF|IL|MX|UG)[A-Z]{0,2}\d?-)?"
_EDITION = re.compile(r"(?P<model>.+?) \(Amazon Bedrock Edition\)")
_TOKENS = re.compile(
    rf"{_REGION}(?P<model>(?!MP:).+?)(?:-mantle)?(?:-(?:text|image|video|speech|audio))?"
    r"-(?:cache-(?:read|write)-)?(?:1h-)?(?:input-|output-)?tokens?(?:-count)?(?:-.*)?",
    re.IGNORECASE,
)
_INSTANCE = re.compile(rf"{_REGION}[A-Za-z]+:(?P<model>ml\.[a-z0-9.\-]+)")

_GEOGRAPHY = re.compile(r"^(?:global|us-gov|us|eu|apac|jp|au|ca|sa|me|af|mx|il)\.")
_VENDOR = re.compile(r"^[a-z][a-z0-9\-]*\.(?=[a-z])")
_JOINED = re.compile(r"(?<=[a-z])(?=[A-Z])")
_VERSION = re.compile(r"(?:-v?\d+)(?::\w+)+$|v\d+$|\bv\d+\b")
_DATE = re.compile(r"(?<!\d)20\d{6}(?!\d)")
_NOISE = frozenset({"instruct", "it", "text"})


@dataclass(frozen=True, slots=True)
class Billed:
    """To whose part of the ledger a line of a bill belongs. `model` is the bill's own name, or UNKNOWN."""

    provider: str
    model: str


def billed(product_code: str, product_name: str, usage_type: str) -> Billed | None:
    """None: it is no AI service that the ledger knows."""
    edition = _EDITION.fullmatch(product_name.strip())
    if edition:
        return Billed(BEDROCK, edition["model"])
    if product_code in _SAGEMAKER_CODES:
        found = _INSTANCE.fullmatch(usage_type)
        return Billed(SAGEMAKER, found["model"] if found else UNKNOWN)
    if "Bedrock" not in product_code and not usage_type_of_bedrock(usage_type):
        return None
    found = _TOKENS.fullmatch(usage_type)
    return Billed(BEDROCK, found["model"] if found else UNKNOWN)


def usage_type_of_bedrock(usage_type: str) -> bool:
    """Marketplace lines carry a product code that says nothing."""
    return "MP:" in usage_type and "token" in usage_type.casefold()


def model_key(name: str) -> str:
    """Equal for the names of one model in the ledger and on bills: words in alphabetical order, then the numbers.

    `global.anthropic.claude-sonnet-4-5-20250929-v1:0`, `Claude4.5Sonnet` and `Claude Sonnet 4.5` are one. Dates, and
    versions after a `v`, say nothing here: what differs in them only is priced alike.
    """
    text = name.rpartition("/")[2]
    if text.startswith("ml."):
        return text
    text = _VENDOR.sub("", _GEOGRAPHY.sub("", _JOINED.sub(" ", text).casefold()))
    text = _DATE.sub("", _VERSION.sub("", text))
    parts = re.findall(r"[a-z]+|\d+", text)
    words = sorted({part for part in parts if part.isalpha()} - _NOISE)
    numbers = [part.lstrip("0") for part in parts if part.isdigit()]
    return " ".join([*words, *filter(None, numbers)])
