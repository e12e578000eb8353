"""Turning Bedrock's invocation logging on and off: what somebody else set up stays as it is."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from spendplane.adapters.bedrock_logging import wanted
from spendplane.application.ports import BusyError
from spendplane.application.ports.retry import Retry
from spendplane.application.sources.invocation_logging import Config, InvocationLogging, OccupiedError

PROPERTIES = {
    "BucketName": "our-bucket",
    "LogGroupName": "/spendplane/bedrock-invocations",
    "RoleArn": "arn:aws:iam::123456789012:role/spendplane/r",
    "Bodies": "",
    "Places": "our-bucket,/spendplane/bedrock-invocations",
}
ORDER = wanted(PROPERTIES)
BY_S3 = wanted({"BucketName": "our-bucket", "Bodies": "text,image", "Places": PROPERTIES["Places"]})
THEIR_GROUP = {"cloudWatchConfig": {"logGroupName": "/theirs", "roleArn": "r"}, "textDataDeliveryEnabled": True}
THEIR_BUCKET = {"s3Config": {"bucketName": "theirs", "keyPrefix": "bedrock"}}


@dataclass
class Setting:
    """The account's, which refuses so many calls first."""

    config: dict[str, Any] = field(default_factory=dict)
    refusals: int = 0
    written: int = 0

    def get(self) -> Config:
        return self.config

    def put(self, config: Config) -> None:
        if self.refusals:
            self.refusals -= 1
            raise BusyError("Failed to validate permissions")
        self.written += 1
        self.config = dict(config)

    def delete(self) -> None:
        self.written += 1
        self.config = {}


def logging(setting: Setting) -> InvocationLogging:
    return InvocationLogging(setting, Retry(attempts=4, sleep=lambda _: None))


def test_an_order_logs_the_envelope_only_unless_bodies_are_asked_for() -> None:
    flags = {name: value for name, value in ORDER.config.items() if name.endswith("Enabled")}
    assert len(flags) == 5
    assert set(flags.values()) == {False}
    assert ORDER.config["cloudWatchConfig"]["largeDataDeliveryS3Config"] == {"bucketName": "our-bucket"}
    on = {name for name, value in BY_S3.config.items() if value is True}
    assert on == {"textDataDeliveryEnabled", "imageDataDeliveryEnabled"}
    assert "cloudWatchConfig" not in BY_S3.config


def test_it_is_turned_on_where_it_was_off_and_off_again() -> None:
    setting = Setting()
    assert logging(setting).turn_on(ORDER) == {"Destination": "/spendplane/bedrock-invocations"}
    assert setting.config == ORDER.config
    logging(setting).turn_off(ORDER)
    assert setting.config == {}


def test_it_waits_until_bedrock_knows_the_role() -> None:
    setting = Setting(refusals=3)
    logging(setting).turn_on(ORDER)
    assert setting.config == ORDER.config
    with pytest.raises(BusyError):
        logging(Setting(refusals=4)).turn_on(ORDER)


@pytest.mark.parametrize("theirs", [THEIR_GROUP, THEIR_BUCKET, {**THEIR_GROUP, **THEIR_BUCKET}])
def test_what_somebody_else_set_up_is_neither_changed_nor_removed(theirs: dict[str, Any]) -> None:
    setting = Setting(theirs)
    with pytest.raises(OccupiedError, match=r"go to .*theirs.*bedrock_logs=existing"):
        logging(setting).turn_on(ORDER)
    assert logging(setting).turn_off(ORDER) == {"Destination": ""}
    assert (setting.config, setting.written) == (theirs, 0)


def test_what_others_added_to_ours_stays_through_an_update_and_after_us() -> None:
    setting = Setting({**ORDER.config, **THEIR_BUCKET, "textDataDeliveryEnabled": True})
    logging(setting).turn_on(ORDER)
    assert setting.config == {**ORDER.config, **THEIR_BUCKET}
    logging(setting).turn_off(ORDER)
    assert setting.config["s3Config"] == THEIR_BUCKET["s3Config"]
    assert "cloudWatchConfig" not in setting.config


def test_an_update_from_one_kind_of_ours_to_the_other_leaves_nothing_of_the_first() -> None:
    setting = Setting()
    logging(setting).turn_on(ORDER)
    logging(setting).turn_on(BY_S3)
    assert setting.config == BY_S3.config


def test_a_place_of_theirs_in_the_way_of_ours_is_not_taken() -> None:
    setting = Setting({**BY_S3.config, **THEIR_GROUP})
    with pytest.raises(OccupiedError, match="/theirs, which is not Spendplane's"):
        logging(setting).turn_on(ORDER)
