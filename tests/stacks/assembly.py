"""A synthesised app, with its references made readable: `Queue:spendplane-usage.Arn` instead of a logical id."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aws_cdk import App

from app import build
from stacks.inputs import Inputs

ROOT = Path(__file__).resolve().parents[2]
STATE, CONTROL, BUDGETS = "SpendplaneState", "SpendplaneControl", "SpendplaneBudgets"
_ENDING = re.compile(r"([0-9A-F]{8}\.nested)?\.template\.json$")
_NAME_KEYS = ("TableName", "QueueName", "TopicName", "FunctionName", "LogGroupName", "DashboardName", "Name")
Json = dict[str, Any]


@dataclass(frozen=True)
class Assembly:
    """What `cdk deploy` would take. Templates by stack, a nested one as `StackPart1`."""

    folder: Path
    templates: dict[str, Json]

    def resources(self, type_: str) -> dict[str, Json]:
        """Properties of all resources of this CloudFormation type, references made readable, by readable name."""
        found = {}
        for template in self.templates.values():
            for id_, resource in template["Resources"].items():
                if resource["Type"] == type_:
                    found[self._name(template, id_)] = self._readable(template, resource.get("Properties", {}))
        return found

    def raw(self, type_: str) -> list[Json]:
        """The resources of this type with their deletion policies, as they stand in the template."""
        resources = [r for template in self.templates.values() for r in template["Resources"].values()]
        return [resource for resource in resources if resource["Type"] == type_]

    def outputs(self, stack: str) -> Json:
        """Readable outputs of a stack, by name."""
        template = self.templates[stack]
        return {name: self._readable(template, output["Value"]) for name, output in template["Outputs"].items()}

    def report(self) -> list[Json]:
        """Violations that the security review found."""
        report = json.loads((self.folder / "validation-report.json").read_text())
        return [violation for plugin in report["pluginReports"] for violation in plugin.get("violations", [])]

    def _name(self, template: Json, id_: str) -> str:
        resource = template["Resources"][id_]
        properties = resource.get("Properties", {})
        name = next((properties[key] for key in _NAME_KEYS if isinstance(properties.get(key), str)), id_)
        return f"{resource['Type'].split('::')[-1]}:{name}"

    def _readable(self, template: Json, value: Any) -> Any:
        if isinstance(value, list):
            return [self._readable(template, item) for item in value]
        if not isinstance(value, dict):
            return value
        ((key, argument), *others) = value.items() or [("", None)]
        if others or not key.startswith(("Ref", "Fn::")):
            return {key: self._readable(template, item) for key, item in value.items()}
        return self._evaluated(template, key, argument)

    def _evaluated(self, template: Json, function: str, argument: Any) -> str:
        match function:
            case "Ref":
                return self._reference(template, argument, "")
            case "Fn::GetAtt":
                return self._reference(template, argument[0], f".{argument[1]}")
            case "Fn::Join":
                return str(argument[0]).join(self._readable(template, part) for part in argument[1])
            case "Fn::Sub":
                return str(argument).replace("${", "<").replace("}", ">")
            case "Fn::GetStackOutput":
                producer = self.templates[argument["StackName"]]
                return str(self._readable(producer, producer["Outputs"][argument["OutputName"]]["Value"]))
        raise AssertionError(f"an intrinsic function that these tests cannot read: {function}")

    def _reference(self, template: Json, id_: str, attribute: str) -> str:
        return self._name(template, id_) + attribute if id_ in template["Resources"] else f"<{id_}>"


def new_app(folder: Path, **context: str) -> App:
    """An app with the project's feature flags that writes its assembly into `folder`."""
    flags = json.loads((ROOT / "cdk.json").read_text())["context"]
    return App(context={**flags, **context}, outdir=str(folder), analytics_reporting=False)


def synthesise(folder: Path, **context: str) -> Assembly:
    """The whole app, in this process."""
    app = new_app(folder, **context)
    build(app, Inputs.of(app))
    app.synth()
    return load(folder)


def load(folder: Path) -> Assembly:
    """The assembly that stands in a folder."""
    files = folder.glob("*.template.json")
    return Assembly(folder, {_ENDING.sub("", file.name): json.loads(file.read_text()) for file in files})


def load_only(folder: Path, *names: str) -> Assembly:
    """The same, with these stacks only."""
    return Assembly(folder, {name: json.loads((folder / f"{name}.template.json").read_text()) for name in names})
