"""Bugs in reading what providers answer."""

from proof.mutants.mutant import Mutant

_FOLDER = "functions/spendplane/domain/payloads"
_TESTS = ("tests/unit/domain/payloads", "tests/unit/adapters/test_payload_prices.py")

READING: tuple[Mutant, ...] = (
    Mutant(
        "cached-prefix-charged-twice",
        "OpenAI's cached tokens are charged as cached and once more as fresh input.",
        f"{_FOLDER}/openai.py",
        'fresh = rest(usage.count(f"{prompt}_tokens"), read + written, inside, "cached tokens")',
        'fresh = usage.count(f"{prompt}_tokens")',
        _TESTS,
    ),
    Mutant(
        "cached-prefix-dropped",
        "Tokens that Bedrock read from its cache are not charged at all.",
        f"{_FOLDER}/converse.py",
        'cache_read=usage.count("cacheReadInputTokens", "cacheReadInputTokenCount"),',
        "cache_read=0,",
        _TESTS,
    ),
    Mutant(
        "an-hour-for-five-minutes",
        "Writes to a cache of one hour are charged as those of five minutes.",
        f"{_FOLDER}/parts.py",
        'return five_minutes + rest(whole, five_minutes + one_hour, total, "tokens of its breakdown"), one_hour',
        "return whole, 0",
        _TESTS,
    ),
    Mutant(
        "thoughts-are-free",
        "Gemini's thoughts, which come on top of its candidates, cost nothing.",
        f"{_FOLDER}/gemini.py",
        "return (candidates if inside else candidates + thoughts), thoughts",
        "return max(candidates, thoughts), thoughts",
        _TESTS,
    ),
    Mutant(
        "compaction-is-free",
        "The passes of a compaction, which the top level leaves out, cost nothing.",
        f"{_FOLDER}/anthropic.py",
        "own if own.tokens > top.tokens else top",
        "top",
        _TESTS,
    ),
    Mutant(
        "stream-of-zeros",
        "The last event of a stream stands, also where it repeats a count as zero.",
        f"{_FOLDER}/streams.py",
        "and before > value)",
        "and before > value > 0)",
        _TESTS,
    ),
    Mutant(
        "another-apis-usage",
        "A usage of another API is read as zeros, which cost nothing.",
        f"{_FOLDER}/streams.py",
        "if not usage.has(*marks):",
        "if usage.value is None:",
        _TESTS,
    ),
    Mutant(
        "broken-off-stream",
        "Of a stream that broke off only what its first event says is charged, not what Bedrock counted.",
        f"{_FOLDER}/bedrock_bodies.py",
        "if said.images or said.tokens >= counted.tokens:",
        "if said.tokens:",
        _TESTS,
    ),
    Mutant(
        "image-without-a-price",
        "Images of a size that has no price are free.",
        "functions/spendplane/domain/rating.py",
        "found = next((prices[kind] for kind in kinds if kind in prices), None)",
        "found = next((prices[kind] for kind in kinds if kind in prices), Decimal(0))",
        ("tests/unit/domain/test_rating.py",),
    ),
)
