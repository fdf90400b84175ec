import Foundation
import Testing

/// `schema` and `validate`: what helps to write manifests.
@Suite(.bounded) struct ManifestHelpTests {
  static let kinds = [
    "Job", "Schedule", "RoutingPolicy", "EscalationPolicy", "Receiver", "OnCall", "TimeInterval",
    "AutomationPack", "ChangeWindow", "Policy",
  ]

  @Test(arguments: kinds) func everyKindHasASchema(_ kind: String) async throws {
    try await Sandbox.with { box in
      for name in [kind, kind.lowercased()] {
        let outcome = try await box.writ("schema", name)
        #expect(outcome.code == 0, "\(outcome)")
        let schema = try outcome.json()
        #expect(schema["$schema"].string == "https://json-schema.org/draft/2020-12/schema")
        #expect(schema["title"].string == kind)
        #expect(schema["properties"]["kind"]["const"].string == kind)
        #expect(schema["additionalProperties"].bool == false)
      }
    }
  }

  @Test(arguments: kinds) func theExampleOfEveryKindDecodes(_ kind: String) async throws {
    try await Sandbox.with { box in
      let example = try await box.writ("schema", "--example", kind)
      #expect(example.code == 0, "\(example)")
      try box.write(example.output, to: "tree/manifests/example.yaml")
      let outcome = try await box.writ("validate", "-o", "json", "\(box.path)/tree")
      // It may name resources that are not there; everything else must be right.
      let codes = try outcome.json()["diagnostics"].items.map { $0["code"].string }
      #expect(codes.allSatisfy { $0 == "dangling-reference" }, "\(outcome)")
    }
  }

  @Test func theSchemaOfAnyManifestCoversAllKinds() async throws {
    try await Sandbox.with { box in
      let outcome = try await box.writ("schema")
      #expect(outcome.code == 0)
      for kind in Self.kinds { #expect(outcome.output.contains("\"\(kind)\"")) }
      #expect(!box.exists("data"))
    }
  }

  @Test func validateNeedsNoGit() async throws {
    try await Sandbox.with { box in
      for (path, text) in Manifest.few { try box.write(text, to: "tree/\(path)") }
      let good = try await box.writ("validate", "\(box.path)/tree")
      #expect(good.code == 0, "\(good)")
      #expect(good.output.contains("4 resources in 4 files: valid"), "\(good)")
      let here = try await box.writ("validate", directory: "\(box.path)/tree")
      #expect(here.code == 0, "\(here)")
      #expect(!box.exists("data"))
    }
  }

  @Test func validateReadsFilesThatAreNotCommitted() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try upstream.write(Manifest.schedule("lost", job: "alhpa"), to: "manifests/new.yaml")
      let outcome = try await box.writ("validate", upstream.clone)
      #expect(outcome.code == 1, "\(outcome)")
      #expect(outcome.output == "")
      #expect(outcome.error.contains("manifests/new.yaml:6:8"), "\(outcome)")
      #expect(outcome.error.contains(#"did you mean "alpha"?"#), "\(outcome)")
    }
  }

  @Test func validatePrintsEveryErrorOfEveryFileSorted() async throws {
    try await Sandbox.with { box in
      try await box.shell(
        "cp -R '\(Program.packageRoot)/examples/broken' '\(box.path)/tree'")
      let outcome = try await box.writ("validate", "-o", "json", "\(box.path)/tree")
      #expect(outcome.code == 1)
      let diagnostics = try outcome.json()["diagnostics"].items
      let places = diagnostics.map {
        "\($0["file"].string ?? ""):\($0["line"].int ?? 0):\($0["column"].int ?? 0)"
      }
      #expect(
        places == [
          "manifests/backup-schedule.yaml:6:8", "manifests/cache-warm.yaml:8:3",
          "manifests/log-rotate.yaml:10:3",
        ])
      #expect(try outcome.json()["summary"]["errors"].int == 3)
      for diagnostic in diagnostics {
        #expect(
          diagnostic.keys.isSuperset(of: [
            "severity", "code", "message", "file", "line", "column", "endLine", "endColumn",
          ]))
      }
    }
  }

  @Test func aFolderThatIsNotThereIsNamed() async throws {
    try await Sandbox.with { box in
      let outcome = try await box.writ("validate", "\(box.path)/nothing")
      #expect(outcome.code == 1, "\(outcome)")
      #expect(outcome.error.contains("/nothing"), "\(outcome)")
    }
  }
}
