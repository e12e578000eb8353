"""An app of your own with an endpoint that costs nothing while nobody calls. Run: cdk synth --app 'python app.py'."""

from decimal import Decimal

from aws_cdk import App, Stack, Validations
from cdk_nag import AwsSolutionsChecks

from stacks.endpoints import AsyncEndpoint, AsyncSettings, Model, OffPeak, Ownership

IMAGE = "763104351884.dkr.ecr.eu-central-1.amazonaws.com/djl-inference:0.31.0-lmi13.0.0-cu124"

app = App(analytics_reporting=False)
Validations.of(app).add_plugins(AwsSolutionsChecks(app))
stack = Stack(app, "Summaries")
AsyncEndpoint(
    stack,
    "Summaries",
    AsyncSettings(
        name="summaries",
        ownership=Ownership(
            project="support-agents", environment="staging", cost_center="cc-support", model="meta/llama-3.1-8b"
        ),
        model=Model(image=IMAGE, data="s3://example-models/llama-3.1-8b/"),
        instance_type="ml.g5.xlarge",
        input="s3://example-summaries/requests/",
        output="s3://example-summaries/answers/",
        off_peak=OffPeak(time_zone="Europe/Berlin"),
        price_per_hour=Decimal("1.76"),
    ),
)
app.synth()
