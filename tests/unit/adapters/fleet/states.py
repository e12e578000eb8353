"""Any state that a target may be found in, and for each kind one that takes all of its calls."""

from collections.abc import Callable

from hypothesis import strategies as st

from tests.unit.adapters.fleet.worlds import (
    TAGS,
    World,
    of_component,
    of_ecs,
    of_endpoint,
    of_http,
    of_lambda,
    of_plan,
    of_role,
    of_stage,
)

_counts = st.integers(0, 20)
_scaled = st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)).map(
    lambda item: (item[0] + item[1], (item[0], sum(item)))
)
"""A count, and a range that it is in."""
_limits = st.tuples(st.floats(0, 20_000).map(lambda rate: round(rate, 2)), st.integers(0, 5000))
_methods = st.dictionaries(st.sampled_from(["~1pets/GET", "~1pets~1{id}/DELETE", "~1/GET", "chat/POST"]), _limits)
_settings = st.fixed_dictionaries(
    {"DetailedMetricsEnabled": st.booleans()},
    optional={"ThrottlingRateLimit": _limits.map(lambda item: item[0]), "ThrottlingBurstLimit": st.integers(0, 5000)},
)
_variants = st.fixed_dictionaries({
    "weight": st.sampled_from([0.5, 1.0]),
    "count": st.none() | st.integers(1, 4),
    "now": st.tuples(st.sampled_from([0.5, 1.0, 2.0]), st.integers(1, 6)),
    "scaling": st.none() | st.tuples(st.integers(0, 2), st.integers(2, 5), st.integers(0, 2), st.integers(0, 2)),
})  # fmt: skip

WORLDS: dict[str, st.SearchStrategy[World]] = {
    "lambda-function": st.builds(of_lambda, st.none() | st.integers(1, 800)),
    "ecs-service": st.one_of(_counts.map(lambda count: of_ecs(count, None)), _scaled.map(lambda item: of_ecs(*item))),
    "sagemaker-inference-component": st.one_of(
        _counts.map(lambda count: of_component(count, None)), _scaled.map(lambda item: of_component(*item))
    ),
    "sagemaker-endpoint": st.builds(
        of_endpoint,
        st.dictionaries(st.sampled_from(["a", "b"]), _variants, min_size=1),
        st.dictionaries(st.sampled_from(["team", "owner"]), st.sampled_from(["x", "y"])).map(lambda more: TAGS | more),
    ),
    "api-stage": st.builds(
        of_stage,
        st.dictionaries(st.just("*/*"), _limits).flatmap(lambda base: _methods.map(lambda more: base | more)),
        loggingLevel=st.sampled_from(["OFF", "INFO"]),
        metricsEnabled=st.booleans(),
    ),
    "usage-plan": st.builds(
        of_plan, st.none() | _limits, _methods.map(lambda found: {k.replace("~1", "/"): v for k, v in found.items()})
    ),
    "http-api-stage": st.builds(
        of_http, _settings, st.dictionaries(st.sampled_from(["GET /pets", "$default", "POST /chat"]), _settings)
    ),
    "bedrock-role": st.builds(
        of_role, st.none() | st.from_regex(r"[A-Za-z0-9+=,.@_-]{2,64}", fullmatch=True), st.integers(0, 3)
    ),
}

FIXED: dict[str, Callable[[], World]] = {
    "lambda-function": lambda: of_lambda(10),
    "ecs-service": lambda: of_ecs(3, (1, 5)),
    "sagemaker-inference-component": lambda: of_component(3, (1, 5)),
    "sagemaker-endpoint": lambda: of_endpoint(
        {
            "a": {"weight": 1.0, "count": 1, "now": (2.0, 1), "scaling": (1, 4, 1, 1)},
            "b": {"weight": 1.0, "count": 2, "now": (1.0, 3), "scaling": None},
        },
        TAGS,
    ),
    "api-stage": lambda: of_stage({"~1pets/GET": (50.0, 10)}, loggingLevel="INFO"),
    "usage-plan": lambda: of_plan((100.0, 20), {"/pets/GET": (5.0, 1)}),
    "http-api-stage": lambda: of_http({}, {"GET /pets": {"ThrottlingRateLimit": 5.0, "ThrottlingBurstLimit": 1}}),
    "bedrock-role": lambda: of_role("employee-452", 2),
}
