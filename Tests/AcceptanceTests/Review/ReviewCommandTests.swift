import Foundation
import Testing

/// `writ plan -o FORMAT`, `writ snapshot export` and `writ plan --against FILE`.
@Suite(.bounded) struct ReviewCommandTests {
  static let formats = ["json", "jsonl", "markdown", "sarif", "junit", "github", "gitlab"]

  /// A repository whose plan deletes, updates and creates, and that the guards let pass.
  private func changed(_ box: Sandbox) async throws -> Upstream {
    let upstream = try await Upstream(box, files: Manifest.few)
    try #require(try await box.writ("apply", "--repo", upstream.bare).code == 0)
    try upstream.write(Manifest.job("alpha", timeout: "9m"), to: "manifests/alpha.yaml")
    try upstream.write(Manifest.job("delta"), to: "manifests/delta.yaml")
    try upstream.delete("manifests/beta.yaml")
    try await upstream.push("second")
    return upstream
  }

  // MARK: Formats

  @Test(arguments: formats) func theExitCodeDoesNotDependOnTheFormat(_ format: String) async throws
  {
    try await Sandbox.with { box in
      let upstream = try await changed(box)
      let arguments = ["plan", "--repo", upstream.bare, "-o", format]
      let ready = try await box.writ(arguments)
      #expect(ready.code == 2 && ready.error == "", "\(ready)")
      #expect(
        ready.output.contains("delta") || format == "github" || format == "junit"
          || format == "sarif" || format == "gitlab")
      try await box.shell("rm -r manifests", directory: upstream.clone)
      try await upstream.push("third")
      let blocked = try await box.writ(arguments)
      #expect(blocked.code == 3 && blocked.error == "", "\(blocked)")
      #expect(blocked.output.contains("empty-tree"), "\(blocked)")
      try upstream.write(
        Manifest.job("alpha").replacingOccurrences(of: "timeout", with: "timeuot"),
        to: "manifests/alpha.yaml")
      try await upstream.push("fourth")
      let invalid = try await box.writ(arguments)
      #expect(invalid.code == 1 && invalid.error == "", "\(invalid)")
      #expect(
        invalid.output.contains("unknown-field") || invalid.output.contains("timeuot"),
        "\(invalid)")
    }
  }

  @Test(arguments: ["markdown", "github", "sarif"])
  func anUnsignedSourceIsToldInTheFormat(_ format: String) async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try await box.shell(
        """
        ssh-keygen -q -t ed25519 -N '' -f key
        echo "ana@example.com $(cut -d ' ' -f 1,2 key.pub)" > signers
        """)
      let outcome = try await box.writ(
        "plan", "--repo", upstream.bare, "--verify", "head", "--allowed-signers",
        "\(box.path)/signers", "-o", format)
      #expect(outcome.code == 5, "\(outcome)")
      #expect(outcome.output.contains("unsigned") || outcome.output.contains("unverified"))
    }
  }

  @Test func anUnknownFormatIsAUsageError() async throws {
    try await Sandbox.with { box in
      for words in [["-o", "html"], ["--against", "x", "--from", "y"]] {
        let outcome = try await box.writ(["plan"] + words)
        #expect(outcome.code == 64, "\(outcome)")
      }
    }
  }

  // MARK: Schemas

  static let schemas = Program.packageRoot + "/Tests/AcceptanceTests/Review/Schemas"
  static let goldens = Program.packageRoot + "/Tests/RenderingTests/Golden"

  @Test func junitIsValidByTheSchemaOfJenkins() async throws {
    try await Sandbox.with { box in
      guard try await box.run(["xmllint", "--version"]).code == 0 else {
        note("xmllint is not here: JUnit is not checked by its schema")
        return
      }
      let upstream = try await changed(box)
      let real = try await box.writ("plan", "--repo", upstream.bare, "-o", "junit")
      try box.write(real.output, to: "real.xml")
      for file in [
        "\(box.path)/real.xml", "\(Self.goldens)/review.junit",
        "\(Self.goldens)/review-invalid.junit",
      ] {
        let outcome = try await box.run([
          "xmllint", "--noout", "--schema", "\(Self.schemas)/junit-10.xsd", file,
        ])
        #expect(outcome.code == 0, "\(outcome)")
      }
      let bad = real.output.replacingOccurrences(of: "classname", with: "className")
      try box.write(bad, to: "bad.xml")
      let refused = try await box.run([
        "xmllint", "--noout", "--schema", "\(Self.schemas)/junit-10.xsd", "\(box.path)/bad.xml",
      ])
      #expect(refused.code != 0, "the schema is in force")
    }
  }

  @Test func sarifIsValidByItsSchema() async throws {
    try await Sandbox.with { box in
      let script = """
        import json, sys
        from jsonschema import Draft7Validator
        schema = json.load(open(sys.argv[1]))
        Draft7Validator.check_schema(schema)
        errors = [e.message for e in Draft7Validator(schema).iter_errors(json.load(open(sys.argv[2])))]
        print("\\n".join(errors))
        sys.exit(1 if errors else 0)
        """
      let python = try await pythonWithSchemas(box)
      guard let python else {
        note("there is no jsonschema for Python here: SARIF is not checked by its schema")
        return
      }
      let upstream = try await changed(box)
      let real = try await box.writ("plan", "--repo", upstream.bare, "-o", "sarif")
      try box.write(real.output, to: "real.sarif")
      let schema = "\(Self.schemas)/sarif-2.1.0.json"
      for file in [
        "\(box.path)/real.sarif", "\(Self.goldens)/review.sarif",
        "\(Self.goldens)/review-invalid.sarif",
      ] {
        let outcome = try await box.run([python, "-c", script, schema, file])
        #expect(outcome.code == 0, "\(outcome)")
      }
      try box.write(
        real.output.replacingOccurrences(of: "\"version\":\"2.1.0\"", with: "\"version\":\"2\""),
        to: "bad.sarif")
      let refused = try await box.run([python, "-c", script, schema, "\(box.path)/bad.sarif"])
      #expect(refused.code != 0, "the schema is in force")
    }
  }

  private func pythonWithSchemas(_ box: Sandbox) async throws -> String? {
    for python in ["python3", Program.python] {
      let outcome = try await box.run([python, "-c", "from jsonschema import Draft7Validator"])
      if outcome.code == 0 { return python }
    }
    return nil
  }

  // MARK: Snapshots

  @Test func thePlanAgainstASnapshotIsThatOfTheServer() async throws {
    try await Sandbox.with { box in
      let upstream = try await changed(box)
      let file = "\(box.path)/live.json"
      let export = try await box.writ("snapshot", "export", "--out", file)
      #expect(export.code == 0 && export.output.contains("4 resources"), "\(export)")
      let near = try await box.writ("plan", "--repo", upstream.bare, "-o", "json")
      let far = try await box.writ(
        "plan", "--repo", upstream.bare, "--against", file, "-o", "json",
        environment: ["WRIT_DATA_DIR": "\(box.path)/nowhere"])
      #expect(near.code == 2 && far.code == 2)
      #expect(far.output == near.output, "every key, not only the digest")
      #expect(!box.exists("nowhere"), "no database was made")
      let piped = try await box.writ("snapshot", "export")
      #expect(piped.output.hasPrefix("{") && piped.error == "")
    }
  }

  @Test func aServerGivesTheSameSnapshotToWhoHasItsToken() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      let server = try await RunningServer.start(box, repository: upstream.bare)
      try await server.ready()
      let stranger = try await server.send(WebRequest(path: "/v1/snapshot"))
      #expect(stranger.status == 401, "\(stranger)")
      let answer = try await server.send(
        WebRequest(
          path: "/v1/snapshot", headers: ["Authorization": "Bearer \(server.token)"]))
      #expect(answer.status == 200)
      try box.write(answer.body, to: "live.json")
      let plan = try await box.writ(
        "plan", "--repo", upstream.bare, "--against", "\(box.path)/live.json",
        environment: ["WRIT_DATA_DIR": "\(box.path)/nowhere"])
      #expect(plan.code == 0, "nothing is left to do: \(plan)")
      try await server.stop()
    }
  }

  @Test func aSnapshotThatDoesNotFitIsRefused() async throws {
    try await Sandbox.with { box in
      let upstream = try await changed(box)
      let file = "\(box.path)/live.json"
      try await box.writ("snapshot", "export", "--out", file)
      let text = try String(contentsOfFile: file, encoding: .utf8)
      let other = try await Upstream(box, named: "other", files: Manifest.few)
      try box.write(text.replacingOccurrences(of: "5m", with: "6m"), to: "tampered.json")
      try box.write(String(text.prefix(text.count / 2)), to: "half.json")
      try box.write(
        text.replacingOccurrences(of: "\"formatVersion\":1", with: "\"formatVersion\":2"),
        to: "newer.json")
      try box.write("kind: Job\n", to: "text.json")
      let cases = [
        (other.bare, "live.json", "does not have"), (upstream.bare, "tampered.json", "its seal"),
        (upstream.bare, "half.json", "ends before"), (upstream.bare, "newer.json", "format 2"),
        (upstream.bare, "text.json", "not JSON"), (upstream.bare, "missing.json", "missing.json"),
      ]
      for (repository, name, words) in cases {
        let outcome = try await box.writ(
          "plan", "--repo", repository, "--against", "\(box.path)/\(name)", "-o", "markdown")
        #expect(outcome.code == 1, "\(name): \(outcome)")
        #expect(outcome.output == "" && outcome.error.contains(words), "\(name): \(outcome)")
        #expect(outcome.error.split(separator: "\n").count == 2, "there is a way out: \(outcome)")
      }
    }
  }

  @Test func aSnapshotHasNoSecrets() async throws {
    try await Sandbox.with { box in
      let job = """
        apiVersion: writ/v1
        kind: Job
        metadata: {name: login}
        spec:
          action: {exec: {argv: [/bin/true]}}
          secrets: {TOKEN: {env: LOGIN_TOKEN}}

        """
      let upstream = try await Upstream(box, files: ["manifests/login.yaml": job])
      let secrets = ["LOGIN_TOKEN": "s3cr3t-of-login", "WRIT_HOOK_SECRET": "s3cr3t-of-hook"]
      let apply = try await box.writ(
        ["apply", "--repo", upstream.bare], environment: secrets)
      try #require(apply.code == 0, "\(apply)")
      let export = try await box.writ(["snapshot", "export"], environment: secrets)
      #expect(export.output.contains("LOGIN_TOKEN"), "the reference is there")
      #expect(!export.everything.contains("s3cr3t"))
      for format in Self.formats {
        let plan = try await box.writ(
          [
            "plan", "--repo", upstream.bare, "--data-dir", "\(box.path)/none", "-o", format,
          ], environment: secrets)
        #expect(!plan.everything.contains("s3cr3t"), "\(format)")
      }
    }
  }

  @Test func withoutADatabaseThereIsNothingToExport() async throws {
    try await Sandbox.with { box in
      let outcome = try await box.writ("snapshot", "export")
      #expect(outcome.code == 1 && outcome.error.contains("nothing was applied"), "\(outcome)")
      #expect(!box.exists("data"))
    }
  }
}
