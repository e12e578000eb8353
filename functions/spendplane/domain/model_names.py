"""What a model's name says: which model, through which endpoint, in which Region. Names are compared whole.

A name that merely contains another model's name is another model: a fine-tuned, imported or distilled one has prices of
its own. Only what every provider adds to a name without changing the price is taken off: a version, a date, `latest`.
"""

import re
from dataclasses import dataclass

GLOBAL = "global"
GEOGRAPHIES = ("us-gov", "us", "eu", "apac", "jp", "au", "ca", "in")
"""Prefixes of Bedrock's system-defined inference profiles: they keep a call within a geography.
https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html
"""
US_REGIONS = frozenset({"us-east-1", "us-east-2", "us-west-2"})
"""The Regions that share one Bedrock list price, which is the one that public price lists carry: Nova Micro, Lite and
Pro, gpt-oss, Llama 3.1 and Titan Embeddings cost the same in all three (truefoundry/models@01fb2c3, read 2026-11-28).
"""
_PREFIX = re.compile(rf"^({'|'.join((GLOBAL, *GEOGRAPHIES))})\.(?=[a-z0-9-]+\.)")
_MINOR = re.compile(r":\d+$")
_VERSION = re.compile(r"-v\d+(:\d+)?$")
_DATE = r"(20\d{6}|20\d\d-\d\d-\d\d)"
_ADDED = re.compile(rf"([-@]{_DATE})?(-v\d+)?(:\d+)?|-latest|@default|-0\d\d")
_PATH = re.compile(r"^(projects/[^/]+/locations/[^/]+/)?(publishers/[a-z0-9-]+/)?models/(?=[^/]+$)")
_CLAUDE_SINCE_4_5 = re.compile(r"claude-[a-z]+-(4[-.][5-9]|[5-9])(?!\d)")
_FINE_TUNED = re.compile(r"^ft:([^:]+)(:[^:]*){0,3}$")


@dataclass(frozen=True, slots=True)
class BedrockName:
    """A Bedrock model: `base` without the profile's prefix; `endpoint` is `global`, a geography, or "" for one Region.

    `region` is where the call was made, not where it ran: "the price is calculated based on the source Region"
    (https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html). None: nobody says.
    """

    base: str
    endpoint: str
    region: str | None

    @property
    def full(self) -> str:
        """With the prefix, as it was called."""
        return f"{self.endpoint}.{self.base}" if self.endpoint else self.base

    @property
    def in_government_region(self) -> bool:
        """GovCloud has a price list of its own."""
        return self.endpoint == "us-gov" or (self.region or "").startswith("us-gov-")

    @property
    def same_price_everywhere(self) -> bool:
        """Claude costs the same in every commercial Region; all that counts is a global endpoint or another (+10 % from
        Claude 4.5 on): https://platform.claude.com/docs/en/about-claude/pricing (third-party platforms).
        """
        return self.base.startswith("anthropic.") and not self.in_government_region

    @property
    def at_us_list_price(self) -> bool:
        """True where the list price of us-east-1 holds. A `us.` profile is called from the United States."""
        if self.region is None:
            return self.endpoint == "us"
        return self.region in US_REGIONS


def bedrock_name(model: str, region: str | None) -> BedrockName:
    """Reads a model id or the id of a system-defined inference profile, not an ARN."""
    model = model.lower()
    found = _PREFIX.match(model)
    endpoint = found[1] if found else ""
    return BedrockName(model[len(endpoint) + 1 :] if endpoint else model, endpoint, region)


def regional_claude(model: str, region: str | None) -> bool:
    """True for Claude 4.5 and later on Vertex AI in a Region or multi-region: 10 % more than by the global endpoint.
    https://platform.claude.com/docs/en/about-claude/pricing (third-party platforms). `model` is a plain name.
    """
    return region not in {None, GLOBAL} and _CLAUDE_SINCE_4_5.match(model) is not None


def plain_name(model: str) -> str:
    """Lower case, and without the path that Google's APIs put before a model of the catalogue."""
    return _PATH.sub("", model.lower())


def fine_tuned(model: str) -> str | None:
    """`ft:gpt-4o-2024-08-06` of `ft:gpt-4o-2024-08-06:acme::8xyz`: the name under which the fine-tuned model's price is
    listed. None for any other name.
    """
    found = _FINE_TUNED.match(model)
    return f"ft:{found[1]}" if found else None


def same_model(name: str, listed: str) -> bool:
    """True when the name is the listed one, with nothing but a version, a date or `latest` added.

    A version that the listed name has must be the same: Titan Embeddings v1 and v2 are two models.
    """
    name, listed = name.lower(), _MINOR.sub("", listed.lower())
    if not name.startswith(listed):
        return False
    rest = name[len(listed) :]
    if _VERSION.search(listed):
        return rest == "" or _MINOR.fullmatch(rest) is not None
    return _ADDED.fullmatch(rest) is not None
