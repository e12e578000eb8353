"""What a template says of its region holds here too."""

import pytest
from ministack.services.cloudformation import engine

from local.mended.conditions import with_pseudo_parameters

HERE = {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}
ELSEWHERE = {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-north-1"]}
GIVEN = {"Fn::Equals": [{"Ref": "Stage"}, "test"]}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (HERE, True),
        (ELSEWHERE, False),
        ({"Fn::Or": [{"Fn::Or": [ELSEWHERE, HERE]}, ELSEWHERE]}, True),
        ({"Fn::Not": [HERE]}, False),
        ({"Fn::Equals": [{"Ref": "AWS::Partition"}, "aws"]}, True),
        ({"Fn::Equals": [{"Ref": "AWS::AccountId"}, "000000000000"]}, True),
        ({"Fn::And": [GIVEN, HERE]}, True),
    ],
)
def test_a_condition_knows_where_it_is(condition: object, expected: bool) -> None:
    evaluate = with_pseudo_parameters(engine._evaluate_conditions)
    assert evaluate({"Conditions": {"Known": condition}}, {"Stage": {"Value": "test"}}) == {"Known": expected}
