"""What AWS does and the emulators do otherwise or not at all, as far as it matters here; one file per subject.

Import this in the emulators' process only, once its environment is set.
"""


def install() -> None:
    """Puts all of it into MiniStack, before it serves. What concerns moto follows when moto is first needed."""
    from ministack import app
    from ministack.core import iam_actions, iam_evaluator
    from ministack.services import (
        apigateway,
        apigateway_v1,
        bedrock,
        bedrock_runtime,
        budgets,
        cloudwatch,
        cloudwatch_logs,
        dynamodb,
        eventbridge,
        iam,
        lambda_svc,
        tagging,
    )
    from ministack.services.cloudformation import changesets, engine, handlers, provisioners, stacks

    from local.mended import (
        authorization,
        bedrock_usage,
        budget_actions,
        bus_policies,
        conditions,
        from_moto,
        http_stages,
        inference_profiles,
        invocation_log,
        leading_keys,
        log_subscriptions,
        method_settings,
        metrics,
        nested_stacks,
        put_events,
        request_validators,
        role_pages,
        scan_pages,
        tags,
        usage_plans,
    )

    from_moto.install(app, iam_actions)
    authorization.install(app, iam_actions, iam)
    bedrock_usage.install(bedrock_runtime)
    leading_keys.install(iam_actions, iam_evaluator, dynamodb)
    inference_profiles.install(bedrock, iam_actions)
    invocation_log.install(app, bedrock, bedrock_runtime, cloudwatch_logs)
    log_subscriptions.install(cloudwatch_logs, lambda_svc)
    tags.install(tagging, apigateway_v1, apigateway)
    method_settings.install(apigateway_v1, provisioners)
    usage_plans.install(apigateway_v1, provisioners)
    http_stages.install(apigateway, apigateway_v1, provisioners)
    bus_policies.install(iam_evaluator, eventbridge, iam, provisioners)
    put_events.install(apigateway_v1, iam_actions, iam_evaluator, eventbridge)
    request_validators.install(apigateway_v1, provisioners)
    role_pages.install(iam)
    scan_pages.install(dynamodb)
    budget_actions.install(budgets)
    nested_stacks.install(provisioners)
    metrics.install(cloudwatch)
    conditions.install(engine, changesets, handlers, stacks)
