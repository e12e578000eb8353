"""What comes again under its token: the same transaction is answered and not carried out, another one is refused."""

import json
from decimal import Decimal
from typing import Any

import pytest

from local.mended.repeated_transactions import install


@pytest.fixture(scope="module")
def dynamodb() -> Any:
    """MiniStack's module, with a table."""
    from ministack.services import dynamodb as module

    install(module)
    asked = {
        "TableName": "repeated", "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}], "BillingMode": "PAY_PER_REQUEST",
    }  # fmt: skip
    assert module._create_table(asked)[0] == 200
    return module


def transaction(token: str, number: str, added: str = "1.50") -> dict[str, Any]:
    """Made anew: MiniStack changes what it is given."""
    key = {"pk": {"S": f"sum of {token}"}}
    put = {"TableName": "repeated", "Item": {"pk": {"S": f"row of {token}"}, "usd": {"N": number}}}
    add = {"TableName": "repeated", "Key": key, "UpdateExpression": "ADD usd :a",
           "ExpressionAttributeValues": {":a": {"N": added}}}  # fmt: skip
    return {"TransactItems": [{"Put": put}, {"Update": add}], "ClientRequestToken": token}


@pytest.mark.parametrize("number", ["1", "1.5", "1.50", "0.123456780", "1E2", "100.00"])
def test_the_same_is_answered_and_counts_once(dynamodb: Any, number: str) -> None:
    request = transaction(f"token-{number}", number)
    for _ in range(3):
        assert dynamodb._transact_write_items(json.loads(json.dumps(request)))[0] == 200
    status, _, body = dynamodb._get_item({"TableName": "repeated", "Key": {"pk": {"S": f"sum of token-{number}"}}})
    assert (status, Decimal(json.loads(body)["Item"]["usd"]["N"])) == (200, Decimal("1.5"))


def test_another_under_the_same_token_is_refused(dynamodb: Any) -> None:
    assert dynamodb._transact_write_items(transaction("token", "1.50"))[0] == 200
    for number, added in (("1.51", "1.50"), ("1.50", "2")):
        status, _, body = dynamodb._transact_write_items(transaction("token", number, added))
        assert (status, "IdempotentParameterMismatch" in str(body)) == (400, True)
    assert dynamodb._transact_write_items(transaction("token", "1.50"))[0] == 200
