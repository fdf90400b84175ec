"""What a commit holds: jobs, and schedules that name them, in files."""

from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Job:
    minutes: int  # 1 to 59
    file: str
    is_protected: bool = False

    def manifest(self, name):
        mark = '  annotations: {writ/protect: "true"}\n' if self.is_protected else ""
        return (f"apiVersion: writ/v1\nkind: Job\nmetadata:\n  name: {name}\n{mark}spec:\n"
                f"  action: {{exec: {{argv: [/bin/true]}}}}\n  timeout: {self.minutes}m\n")


@dataclass(frozen=True)
class Schedule:
    job: str
    hours: int  # 1 to 23
    file: str
    is_protected: bool = False

    def manifest(self, name):
        return (f"apiVersion: writ/v1\nkind: Schedule\nmetadata:\n  name: {name}\nspec:\n"
                f"  job: {self.job}\n  when: {{every: {self.hours}h}}\n")


@dataclass(frozen=True)
class Snapshot:
    resources: dict = field(default_factory=dict)  # (kind, name) -> Job or Schedule
    broken: str = ""  # text of a file that is no manifest

    def files(self):
        texts = {}
        for (kind, name), resource in sorted(self.resources.items()):
            texts.setdefault(resource.file, []).append(resource.manifest(name))
        files = {f"manifests/{name}.yaml": "---\n".join(parts) for name, parts in texts.items()}
        # A root without a file does not exist in git; this one stays when all manifests go.
        files["manifests/.keep"] = ""
        if self.broken:
            files["manifests/broken.yaml"] = self.broken
        return files

    @property
    def is_valid(self):
        return not self.broken and all(
            kind != "Schedule" or ("Job", resource.job) in self.resources
            for (kind, _), resource in self.resources.items())

    def put(self, kind, name, resource):
        return replace(self, resources={**self.resources, (kind, name): resource})

    def without(self, kind, name):
        rest = {key: value for key, value in self.resources.items() if key != (kind, name)}
        return replace(self, resources=rest)

    def change(self, kind, name, **fields):
        return self.put(kind, name, replace(self.resources[kind, name], **fields))
