"""What is in the zips, and what changes their hashes."""

import shutil
from pathlib import Path

import pytest

from stacks import code
from stacks.target import Target
from tests.stacks.assembly import Assembly, synthesise

FUNCTIONS = ("meter", "notify", "sweep", "enforce", "hours", "idle", "define")
AWS = Target.named("aws")
REAL_BUILD = code._build


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_layers: None) -> Path:  # noqa: ARG001
    """A copy of functions/ that a test may edit."""
    copy = tmp_path / "functions"
    shutil.copytree(code.FUNCTIONS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(code, "FUNCTIONS", copy)
    return copy


def test_an_asset_is_the_core_its_own_handler_and_the_prices(aws: Assembly) -> None:
    for name in FUNCTIONS:
        folder = aws.folder / f"asset.{_hashes(aws)[name]}"
        assert {entry.name for entry in folder.iterdir()} == {"spendplane", name, "prices.yaml"}
        assert (folder / name / "handler.py").is_file()
        left = [path for path in folder.rglob("*") if path.suffix in {".pyc", ".md"} or path.name == "__pycache__"]
        assert left == []


def test_editing_one_handler_changes_only_its_own_hash(aws: Assembly, sources: Path, tmp_path: Path) -> None:
    _edit(sources / "meter" / "handler.py")
    assert _changed(aws, synthesise(tmp_path / "out")) == {"meter"}


def test_editing_the_core_or_the_prices_changes_every_hash(aws: Assembly, sources: Path, tmp_path: Path) -> None:
    prices = tmp_path / "prices.yaml"
    shutil.copyfile(code.ROOT / "prices.yaml", prices)
    _edit(prices)
    assert _changed(aws, synthesise(tmp_path / "one", prices=str(prices))) == set(FUNCTIONS)
    _edit(sources / "spendplane" / "bootstrap" / "clients.py")
    assert _changed(aws, synthesise(tmp_path / "two")) == set(FUNCTIONS)


def test_refreshed_instance_prices_travel_with_the_prices_that_they_stand_beside(aws: Assembly, tmp_path: Path) -> None:
    prices = tmp_path / "prices.yaml"
    shutil.copyfile(code.ROOT / "prices.yaml", prices)
    (tmp_path / "instance_prices.json").write_text("{}")
    made = synthesise(tmp_path / "out", prices=str(prices))
    assert _changed(aws, made) == set(FUNCTIONS)
    folder = made.folder / f"asset.{_hashes(made)['meter']}"
    assert (folder / "instance_prices.json").read_text() == "{}"
    assert (folder / "spendplane" / "data" / "instance_prices.json").is_file()


def test_documents_and_compiled_files_change_no_hash(aws: Assembly, sources: Path, tmp_path: Path) -> None:
    _edit(sources / "spendplane" / "README.md")
    cache = sources / "meter" / "__pycache__"
    cache.mkdir()
    _edit(cache / "handler.cpython-313.pyc")
    assert _changed(aws, synthesise(tmp_path / "out")) == set()


def test_the_layers_hash_follows_requirements_interpreter_and_processor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[Path] = []

    def build(folder: Path, _target: Target, _requirements: Path) -> None:
        built.append(folder)
        folder.mkdir(parents=True)

    monkeypatch.setattr(code, "LAYERS", tmp_path / "layers")
    monkeypatch.setattr(code, "_build", build)
    requirements = tmp_path / "layer.txt"
    requirements.write_text("pydantic==2.0\n")
    x86, newer = Target("aws", True, "3.13", "x86_64"), Target("aws", True, "3.14", "aarch64")
    for target in (AWS, AWS, x86, newer):
        code.layer_code(target, requirements)
    assert len(built) == len(set(built)) == 3, "the second is taken from the cache"
    requirements.write_text("pydantic==2.1\n")
    code.layer_code(AWS, requirements)
    assert len(set(built)) == 4


@pytest.mark.slow
def test_the_real_layer_is_for_lambdas_processor_and_holds_no_sdk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code, "LAYERS", tmp_path / "layers")
    monkeypatch.setattr(code, "_build", REAL_BUILD)
    code.layer_code(AWS)
    (layer,) = (tmp_path / "layers").iterdir()
    packages = layer / "python"
    present = {entry.name for entry in packages.iterdir()}
    assert {"pydantic", "aws_lambda_powertools", "genai_prices", "yaml"} <= present
    assert not {"boto3", "botocore", "s3transfer", "urllib3", "bin"} & present
    (binary,) = packages.glob("pydantic_core/*.so")
    assert "cpython-313-aarch64" in binary.name
    assert int.from_bytes(binary.read_bytes()[18:20], "little") == 183, "ELF: AArch64"
    size_mb = sum(file.stat().st_size for file in packages.rglob("*") if file.is_file()) / 1e6
    assert size_mb < 60


def test_a_layer_that_cannot_be_built_says_why_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code, "LAYERS", tmp_path / "layers")
    monkeypatch.setattr(code, "_build", REAL_BUILD)
    requirements = tmp_path / "layer.txt"
    requirements.write_text("pydantic\n")  # neither pinned nor hashed
    with pytest.raises(code.PackagingError, match="could not be built from") as raised:
        code.layer_code(AWS, requirements)
    assert "hash" in str(raised.value)
    assert list((tmp_path / "layers").iterdir()) == []
    with pytest.raises(code.PackagingError, match="is missing"):
        code.layer_code(AWS, tmp_path / "none.txt")


def _hashes(assembly: Assembly) -> dict[str, str]:
    functions = assembly.resources("AWS::Lambda::Function")
    return {name: functions[f"Function:spendplane-{name}"]["Code"]["S3Key"].removesuffix(".zip") for name in FUNCTIONS}


def _changed(before: Assembly, after: Assembly) -> set[str]:
    old, new = _hashes(before), _hashes(after)
    return {name for name in FUNCTIONS if old[name] != new[name]}


def _edit(path: Path) -> None:
    with path.open("a") as file:
        file.write("\n# edited\n")
