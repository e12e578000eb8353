"""Bugs between a call and its price: those that users of similar tools have reported."""

from proof.mutants.mutant import Mutant

_CORE = "functions/spendplane"
_LISTS = ("tests/unit/adapters/test_list_prices.py",)

PRICING = (
    Mutant(
        "region-ignored",
        "Every Region costs what us-east-1 costs.",
        f"{_CORE}/domain/model_names.py",
        "return self.region in US_REGIONS",
        "return True",
        _LISTS,
    ),
    Mutant(
        "profile-instead-of-region",
        "A `us.` profile has the US price, wherever it is called from.",
        f"{_CORE}/domain/model_names.py",
        "        if self.region is None:\n            return",
        '        if self.region is None or self.endpoint == "us":\n            return',
        _LISTS,
    ),
    Mutant(
        "name-as-a-part",
        "A model whose name contains another's has its price.",
        f"{_CORE}/domain/model_names.py",
        "if not name.startswith(listed):\n        return False",
        "if True:\n        return listed in name",
        ("tests/properties/test_model_names.py",),
    ),
    Mutant(
        "long-write-as-short",
        "A 1-hour cache write costs what the 5-minute one costs, where a list gives only that.",
        f"{_CORE}/adapters/library_prices.py",
        "fresh.times(Decimal(2))",
        "card.cache_write_5m",
        _LISTS,
    ),
    Mutant(
        "tier-ignored",
        "A service tier without a price of its own costs the standard price.",
        f"{_CORE}/adapters/prices.py",
        "        if is_of_tier:\n",
        "        if True:\n",
        _LISTS,
    ),
    Mutant(
        "prefixes-missed",
        "Some geographies of inference profiles are unknown.",
        f"{_CORE}/domain/model_names.py",
        '"apac", "jp", "au", "ca", "in")',
        ")",
        _LISTS,
    ),
)
