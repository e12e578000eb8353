"""The local account finds resources by their tags as AWS does: all kinds, page by page."""

from tests.e2e.deployed import Deployed
from tests.e2e.fleet import Fleet


def test_all_are_found_by_their_tags_over_all_pages(deployed: Deployed) -> None:
    twin, pages = Fleet(deployed.account, "found").staging, {"PageSize": 2}
    types = ["apigateway", "ecs:service", "lambda:function", "sagemaker:endpoint", "sagemaker:inference-component"]
    filters = [{"Key": "project", "Values": ["found"]}, {"Key": "environment", "Values": ["staging"]}]
    tagging = deployed.client("resourcegroupstaggingapi").get_paginator("get_resources")
    details = deployed.client("iam").get_paginator("get_account_authorization_details")

    found = tagging.paginate(ResourceTypeFilters=types, TagFilters=filters, PaginationConfig=pages)
    roles = details.paginate(Filter=["Role"], PaginationConfig=pages).search("RoleDetailList[]")

    arns = [item["ResourceARN"] for page in found for item in page["ResourceTagMappingList"]]
    tagged = [item["Arn"] for item in roles if {"Key": "environment", "Value": "staging"} in item["Tags"]]
    assert sorted(arns) == sorted(arn for kind, arn in twin.arns.items() if kind != "bedrock-role")
    assert twin.arns["bedrock-role"] in tagged


def test_tags_given_later_count_as_those_given_at_first(deployed: Deployed) -> None:
    twin = Fleet(deployed.account, "retagged").staging
    arns = [twin.arns[kind] for kind in ("api-stage", "usage-plan", "http-api-stage")]
    tagging = deployed.client("resourcegroupstaggingapi")
    for client, arn in zip(("apigateway", "apigateway", "apigatewayv2"), arns, strict=True):
        named = {"ResourceArn": arn} if client == "apigatewayv2" else {"resourceArn": arn}
        tags = {"Tags" if client == "apigatewayv2" else "tags": {"environment": "production"}}
        deployed.client(client).tag_resource(**named, **tags)

    filters = [{"Key": "project", "Values": ["retagged"]}, {"Key": "environment", "Values": ["production"]}]
    found = tagging.get_resources(ResourceTypeFilters=["apigateway"], TagFilters=filters)["ResourceTagMappingList"]

    assert {item["ResourceARN"] for item in found} >= set(arns)
    assert twin.snapshot()["usage-plan"]["tags"]["environment"] == "production"
