"""Inference profiles, and settings."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from spendplane.adapters.bedrock import InferenceProfiles
from spendplane.adapters.environment import SettingMissingError, required

ARN = "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abc"


class Bedrock:
    """Answers, after some refusals."""

    def __init__(self, answer: dict[str, Any], refusals: int = 0) -> None:
        self.answer, self.refusals, self.asked = answer, refusals, 0

    def get_inference_profile(self, **_: str) -> dict[str, Any]:
        self.asked += 1
        if self.asked <= self.refusals:
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, "GetInferenceProfile")
        return self.answer


KNOWN = {"models": [{"modelArn": "arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-x"}]}


def test_a_profile_is_asked_for_once_in_its_own_region() -> None:
    bedrock, regions = Bedrock(KNOWN), list[str]()

    def client(region: str) -> Bedrock:
        regions.append(region)
        return bedrock

    profiles = InferenceProfiles(client)
    assert [profiles.model_of(ARN) for _ in range(3)] == ["anthropic.claude-x"] * 3
    assert (bedrock.asked, regions) == (1, ["eu-west-1"])


def test_what_cannot_be_read_is_asked_for_again() -> None:
    profiles = InferenceProfiles(lambda _: Bedrock(KNOWN, refusals=1))
    assert profiles.model_of(ARN) is None
    once = Bedrock(KNOWN, refusals=1)
    again = InferenceProfiles(lambda _: once)
    assert [again.model_of(ARN), again.model_of(ARN)] == [None, "anthropic.claude-x"]


def test_a_profile_of_the_global_endpoint_is_one_with_an_arn_without_region() -> None:
    """From AWS's page on global cross-Region inference: one ARN of the source Region, one of no Region."""
    everywhere = {"modelArn": "arn:aws:bedrock:::foundation-model/anthropic.claude-x"}
    both = {"models": [*KNOWN["models"], everywhere]}
    assert InferenceProfiles(lambda _: Bedrock(both)).model_of(ARN) == "global.anthropic.claude-x"


@pytest.mark.parametrize("arn", ["arn:", "x", ARN])
def test_a_profile_without_a_model_stays_unknown(arn: str) -> None:
    assert InferenceProfiles(lambda _: Bedrock({})).model_of(arn) is None


def test_a_missing_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_NAME", " spendplane ")
    assert required("TABLE_NAME") == "spendplane"
    for value in ("", "  "):
        monkeypatch.setenv("BUS_NAME", value)
        with pytest.raises(SettingMissingError, match="BUS_NAME"):
            required("BUS_NAME")
    monkeypatch.delenv("BUS_NAME")
    with pytest.raises(SettingMissingError, match="BUS_NAME"):
        required("BUS_NAME")
