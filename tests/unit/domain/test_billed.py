"""What bills call the models, and that these names meet those of the ledger."""

import pytest

from spendplane.domain.billed import BEDROCK, SAGEMAKER, UNKNOWN, Billed, billed, model_key

SERVICE = "AmazonBedrockService"


@pytest.mark.parametrize(
    ("code", "product", "usage_type", "model"),
    [
        ("8kx", "Claude Sonnet 4.5 (Amazon Bedrock Edition)", "USE1-MP:USE1_InputTokenCount", "Claude Sonnet 4.5"),
        ("8kx", "Claude Opus 4.8 (Amazon Bedrock Edition)", "MP:USW2_output_tokens_global_standard", "Claude Opus 4.8"),
        ("8kxn2vqz", "", "USE1-MP:USE1_CacheWrite1hInputTokenCount_Global-Units", UNKNOWN),
        ("AmazonBedrock", "Amazon Bedrock", "USE1-Claude3Sonnet-input-tokens", "Claude3Sonnet"),
        ("AmazonBedrock", "", "Claude3Sonnet-output-tokens", "Claude3Sonnet"),
        ("AmazonBedrock", "", "EU-TitanEmbedV2-Text-input-tokens", "TitanEmbedV2"),
        (SERVICE, "", "USE1-Claude4.6Opus-cache-read-input-token-count-cross-region-global", "Claude4.6Opus"),
        (SERVICE, "", "USE1-Nova2.0Pro-text-input-tokens-priority-cross-region-global", "Nova2.0Pro"),
        (SERVICE, "", "USW2-anthropic.claude-opus-4-8-mantle-cache-write-tokens-global", "anthropic.claude-opus-4-8"),
        ("AmazonBedrock", "", "USE1-GPT-OSS-Safeguard-120B-input-tokens-flex", "GPT-OSS-Safeguard-120B"),
        ("AmazonBedrock", "", "EUC1-Mistral-Large-2407-input-tokens-batch", "Mistral-Large-2407"),
        ("AmazonBedrock", "", "USE1-NovaCanvas-T2I-1024-Standard", UNKNOWN),
        ("AmazonBedrock", "", "USE1-Guardrail-ContentPolicyUnitsConsumed", UNKNOWN),
    ],
)  # fmt: skip
def test_lines_of_bedrock(code: str, product: str, usage_type: str, model: str) -> None:
    assert billed(code, product, usage_type) == Billed(BEDROCK, model)


@pytest.mark.parametrize(
    ("usage_type", "model"),
    [
        ("USE1-Host:ml.g5.xlarge", "ml.g5.xlarge"),
        ("Notebk:ml.t3.medium", "ml.t3.medium"),
        ("EUC1-Train:ml.p4d.24xlarge", "ml.p4d.24xlarge"),
        ("USE1-Host:VolumeUsage.gp3", UNKNOWN),
    ],
)
def test_lines_of_sagemaker(usage_type: str, model: str) -> None:
    assert billed("AmazonSageMaker", "Amazon SageMaker", usage_type) == Billed(SAGEMAKER, model)


def test_other_services_are_no_ai() -> None:
    assert billed("AmazonEC2", "Amazon Elastic Compute Cloud", "USE1-BoxUsage:m7g.large") is None
    assert billed("AmazonS3", "", "USE1-Requests-Tier1") is None


@pytest.mark.parametrize(
    "names",
    [
        ("global.anthropic.claude-sonnet-4-5-20250929-v1:0", "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
         "Claude4.5Sonnet", "Claude Sonnet 4.5", "arn:aws:bedrock:eu-west-1::x/anthropic.claude-sonnet-4-5"),
        ("anthropic.claude-3-sonnet-20240229-v1:0", "Claude3Sonnet"),
        ("anthropic.claude-3-5-sonnet-20241022-v2:0", "Claude 3.5 Sonnet v2", "Claude3.5Sonnetv2"),
        ("amazon.nova-micro-v1:0", "us.amazon.nova-micro-v1:0", "NovaMicro"),
        ("global.amazon.nova-2-lite-v1:0", "Nova2.0Lite"),
        ("meta.llama3-1-70b-instruct-v1:0", "Llama3.1-70B"),
        ("openai.gpt-oss-120b-1:0", "GPT-OSS-120B"),
        ("amazon.titan-embed-text-v2:0", "TitanEmbedV2"),
        ("ml.g5.xlarge",),
    ],
    ids=lambda names: names[0],
)  # fmt: skip
def test_the_names_of_one_model_meet(names: tuple[str, ...]) -> None:
    assert len({model_key(name) for name in names}) == 1


def test_different_models_do_not() -> None:
    names = ["Claude Sonnet 4", "Claude Sonnet 4.5", "Claude Opus 4.5", "Claude 3.5 Sonnet", "Claude 3 Sonnet",
             "NovaMicro", "NovaLite", "Nova2.0Lite", "Llama3.1-70B", "Llama3.1-8B", "ml.g5.xlarge"]  # fmt: skip
    assert len({model_key(name) for name in names}) == len(names)
