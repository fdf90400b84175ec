import Foundation
import Testing

/// Ways around a policy: each is refused, or shows for what it is.
@Suite(.bounded) struct PolicyAttackTests {
  struct Attack: Sendable, CustomTestStringConvertible {
    var number: Int
    var name: String
    /// Files to write, or to remove; pushed together with what the policy refuses.
    var files: [String: String?]
    /// What the plan must say.
    var words = "short: Job/guarded: too long"

    var testDescription: String { "\(number) \(name)" }
  }

  static func policy(
    limit: String = "1h", severity: String = "deny", match: String = "{kinds: [Job]}",
  ) -> String {
    """
    apiVersion: writ/v1
    kind: Policy
    metadata: {name: short}
    spec:
      severity: \(severity)
      match: \(match)
      parameters: {limit: \(limit)}
      validations:
        - {expression: object.spec.timeout <= duration(params.limit), message: too long}

    """
  }

  static func exception(expires: String, match: String = "{names: [guarded]}") -> String {
    """
    apiVersion: writ/v1
    kind: PolicyException
    metadata: {name: once}
    spec:
      policies: [short]
      match: \(match)
      owner: eve
      reason: none
      expires: \(expires)

    """
  }

  static let long = Manifest.job("guarded", timeout: "9h")
  static let place = "manifests/guarded.yaml"

  @Test(arguments: [
    Attack(number: 29, name: "the change alone", files: [place: long]),
    Attack(
      number: 30, name: "the policy is deleted in the same commit",
      files: [place: long, "policies/short.yaml": nil]),
    Attack(
      number: 31, name: "its parameter is raised in the same commit",
      files: [place: long, "policies/short.yaml": policy(limit: "99h")]),
    Attack(
      number: 32, name: "it only warns from the same commit on",
      files: [place: long, "policies/short.yaml": policy(severity: "warn")]),
    Attack(
      number: 33, name: "it matches something else from the same commit on",
      files: [place: long, "policies/short.yaml": policy(match: "{kinds: [Job], paths: [other]}")]),
    Attack(
      number: 34, name: "an exception comes in the same commit",
      files: [place: long, "policies/once.yaml": exception(expires: "2099-01-01T00:00:00Z")]),
    Attack(
      number: 35, name: "an exception that ran out",
      files: [place: long, "policies/once.yaml": exception(expires: "2020-01-01T00:00:00Z")]),
    Attack(
      number: 36, name: "the job goes by another name",
      files: [place: nil, "manifests/other.yaml": Manifest.job("innocent", timeout: "9h")],
      words: "short: Job/innocent: too long"),
    Attack(
      number: 37, name: "the file moves",
      files: [place: nil, "manifests/deep/in/a/folder.yaml": long]),
    Attack(
      number: 38, name: "a name that looks like it",
      files: [place: Manifest.job("guаrded", timeout: "9h")], words: "metadata.name"),
    Attack(
      number: 39, name: "a second policy of the same name that allows",
      files: [place: long, "policies/again.yaml": policy(limit: "99h")],
      words: "is defined twice"),
    Attack(
      number: 40, name: "an annotation that keeps the policy out of the repository",
      files: [
        place: long,
        "policies/short.yaml": policy(limit: "99h").replacingOccurrences(
          of: "{name: short}", with: "{name: short, annotations: {writ/drift: \"off\"}}"),
      ]),
  ])
  func isRefused(_ attack: Attack) async throws {
    try await guarded { box, upstream, repository in
      for (path, text) in attack.files {
        if let text {
          try upstream.write(text, to: path)
        } else {
          try await box.shell("rm '\(upstream.clone)/\(path)'")
        }
      }
      try await box.shell(
        "git add -A; git commit -qm change; git push -q origin main", directory: upstream.clone)
      let plan = try await box.writ(["plan"] + repository)
      #expect(plan.code == 3 || plan.code == 1, "\(plan)")
      let said = plan.everything.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(said.contains(attack.words), "\(plan)")
      for words in [["apply", "--yes"], ["apply", "--yes", "--partial"], ["reconcile"]] {
        let outcome = try await box.writ(words + repository)
        #expect(outcome.code == plan.code, "\(words): \(outcome)")
      }
      let live = try await box.writ("get", "Job/guarded", "-o", "json").json()
      #expect(live["spec"]["timeout"].string == "30m")
      #expect(try await box.writ("get", "Job/innocent").code != 0)
    }
  }

  /// A repository with a policy and a job that obeys it, both live.
  private func guarded(
    beside more: [String: String] = [:],
    _ body: (Sandbox, Upstream, _ repository: [String]) async throws -> Void,
  ) async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(
        box,
        files: [
          "policies/short.yaml": Self.policy(), Self.place: Manifest.job("guarded", timeout: "30m"),
        ].merging(more) { _, more in more })
      let repository = ["--repo", upstream.bare]
      try #require(try await box.writ(["apply", "--yes"] + repository).code == 0)
      try await body(box, upstream, repository)
    }
  }

  /// 41: an edit beside git is not held up, and the push that makes it last is.
  @Test func breakingTheGlassFirstDoesNotOpenTheWayForThePush() async throws {
    try await guarded { box, upstream, repository in
      let edit = try await box.writ(
        ["edit", "Job/guarded", "--reason", "night", "--for", "1h", "--file", "-"],
        input: Self.long)
      try #require(edit.code == 0, "\(edit)")
      try upstream.write(Self.long, to: Self.place)
      try await upstream.push("the same")
      let plan = try await box.writ(["plan"] + repository)
      #expect(plan.code == 3, "\(plan)")
      #expect(plan.output.contains("short: Job/guarded: too long"), "\(plan)")
      #expect(plan.output.contains("live already"), "\(plan)")
      #expect(try await box.writ(["apply", "--yes"] + repository).code == 3)
    }
  }

  /// What a push breaks in two commits is judged as a whole.
  @Test func splittingAChangeOverTwoCommitsChangesNothing() async throws {
    try await guarded { box, upstream, repository in
      try await box.shell(
        """
        git rm -q policies/short.yaml; git commit -qm 'no more rules'
        sed -i 's/30m/9h/' \(Self.place); git commit -qam 'and longer'; git push -q origin main
        """, directory: upstream.clone)
      #expect(try await box.writ(["apply", "--yes"] + repository).code == 3)
    }
  }

  /// Taking the rule away first is possible, in a plan of its own that says so.
  @Test func aRuleThatGoesFirstGoesVisibly() async throws {
    let more = [
      "manifests/slow.yaml": Manifest.job("slow", timeout: "9h"),
      "policies/role.yaml": ApprovalBox.role,
    ]
    try await guarded(beside: more) { box, upstream, repository in
      try await box.shell(
        "git rm -q policies/short.yaml; git commit -qm 'no more rules'; git push -q origin main",
        directory: upstream.clone)
      let plan = try await box.writ(["plan"] + repository)
      #expect(plan.code == 2, "\(plan)")
      #expect(plan.output.contains("Policy/short"), "\(plan)")
      #expect(plan.output.contains("no longer refuses changes to 1"), "\(plan)")
    }
  }
}
