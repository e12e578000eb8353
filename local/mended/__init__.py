"""What AWS does and the emulators do otherwise or not at all, as far as it matters here; one file per subject.

Import this in the emulators' process only, once its environment is set.
"""


def install() -> None:
    """Puts all of it into MiniStack, before it serves. What concerns moto follows when moto is first needed.

    Several change the same function of MiniStack, so they stay in this order.
    """
    _rights()
    _bedrock()
    _ways_in()
    _lists()
    _stacks()


def _rights() -> None:
    """Who may do what, also with what moto serves."""
    from ministack import app
    from ministack.core import iam_actions, iam_evaluator
    from ministack.services import dynamodb, iam

    from local.mended import authorization, from_moto, leading_keys

    from_moto.install(app, iam_actions)
    authorization.install(app, iam_actions, iam)
    leading_keys.install(iam_actions, iam_evaluator, dynamodb)


def _bedrock() -> None:
    """Usage, inference profiles and the invocation log."""
    from ministack import app
    from ministack.core import iam_actions
    from ministack.services import bedrock, bedrock_runtime, cloudwatch_logs, lambda_svc

    from local.mended import bedrock_usage, inference_profiles, invocation_log, log_subscriptions

    bedrock_usage.install(bedrock_runtime)
    inference_profiles.install(bedrock, iam_actions)
    invocation_log.install(app, bedrock, bedrock_runtime, cloudwatch_logs)
    log_subscriptions.install(cloudwatch_logs, lambda_svc)


def _ways_in() -> None:
    """API Gateway and the bus."""
    from ministack.core import iam_actions, iam_evaluator
    from ministack.services import apigateway, apigateway_v1, eventbridge, iam, tagging
    from ministack.services.cloudformation import provisioners

    from local.mended import (
        bus_policies,
        http_stages,
        method_settings,
        put_events,
        request_validators,
        tags,
        usage_plans,
    )

    tags.install(tagging, apigateway_v1, apigateway)
    method_settings.install(apigateway_v1, provisioners)
    usage_plans.install(apigateway_v1, provisioners)
    http_stages.install(apigateway, apigateway_v1, provisioners)
    bus_policies.install(iam_evaluator, eventbridge, iam, provisioners)
    put_events.install(apigateway_v1, iam_actions, iam_evaluator, eventbridge)
    request_validators.install(apigateway_v1, provisioners)


def _lists() -> None:
    """Answers that come in pages, requests that come again, and figures."""
    from ministack.services import cloudwatch, dynamodb, iam

    from local.mended import metrics, repeated_transactions, role_pages, scan_pages

    role_pages.install(iam)
    scan_pages.install(dynamodb)
    repeated_transactions.install(dynamodb)
    metrics.install(cloudwatch)


def _stacks() -> None:
    """CloudFormation, and the budgets that it makes."""
    from ministack.services import budgets
    from ministack.services.cloudformation import changesets, engine, handlers, provisioners, stacks

    from local.mended import budget_actions, conditions, nested_stacks

    budget_actions.install(budgets)
    nested_stacks.install(provisioners)
    conditions.install(engine, changesets, handlers, stacks)
