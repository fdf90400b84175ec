import Foundation
import Testing

/// The policies that the project offers for copying do what they say.
@Suite(.bounded) struct LibraryPoliciesTests {
  static let folder = "\(Program.packageRoot)/policies"

  /// A repository with the library and nothing else.
  private static func copyLibrary(to box: Sandbox, as tree: String = "tree") async throws {
    try await box.shell(
      """
      mkdir -p '\(box.path)/\(tree)/policies'
      cp '\(folder)'/*.yaml '\(box.path)/\(tree)/policies/'
      """)
  }

  @Test func everyTestPassesAndReachesEveryRule() async throws {
    try await Sandbox.with { box in
      try await Self.copyLibrary(to: box)
      let outcome = try await box.writ("policy", "test", "-o", "json", "\(box.path)/tree")
      #expect(outcome.code == 0, "\(outcome.error)")
      let report = try outcome.json()
      let policies = report["policies"].items
      #expect(policies.count >= 24)
      #expect((report["tests"].int ?? 0) >= policies.count * 2)
      #expect(report["failed"].int == 0)
      for policy in policies {
        let name = policy["name"].string ?? "?"
        for test in policy["tests"].items where test["passed"].bool != true {
          Issue.record("\(name): \(test["name"].string ?? ""): \(test["problem"].string ?? "")")
        }
        #expect(policy["file"].string == "policies/\(name).yaml")
        let rules = policy["coverage"]["rules"]
        #expect(rules["covered"].int == rules["total"].int, "\(name)")
      }
      let branches = report["coverage"]["branches"]
      let covered = branches["covered"].int ?? 0
      let total = branches["total"].int ?? 0
      #expect(total > 100)
      #expect(covered * 100 >= total * 95, "\(covered) of \(total)")
    }
  }

  /// Rules that refuse what the examples do would be wrong, or the examples would be.
  @Test func theLibraryDeniesNothingOfTheQuickstart() async throws {
    try await Sandbox.with { box in
      try await box.shell(
        "cp -R '\(Program.packageRoot)/examples/quickstart' '\(box.path)/tree'")
      try await Self.copyLibrary(to: box)
      let outcome = try await box.writ("policy", "check", "-o", "json", "\(box.path)/tree")
      #expect(outcome.code == 0, "\(outcome)")
      #expect(try outcome.json()["summary"]["errors"].int == 0, "\(outcome)")
    }
  }

  /// The library must hold for itself, and for what this project runs.
  @Test func theLibraryDeniesNothingHere() async throws {
    try await Sandbox.with { box in
      try await box.shell(
        "mkdir '\(box.path)/tree' && cp -R '\(Program.packageRoot)/manifests' '\(box.path)/tree/'")
      try await Self.copyLibrary(to: box)
      let outcome = try await box.writ("policy", "check", "-o", "json", "\(box.path)/tree")
      #expect(outcome.code == 0, "\(outcome)")
    }
  }

  /// The numbers above would be worth nothing if a rule that is broken on purpose went unseen.
  @Test func aRuleThatIsTurnedRoundFails() async throws {
    try await Sandbox.with { box in
      let name = "critical-jobs-finish.yaml"
      let text = try String(contentsOfFile: "\(Self.folder)/\(name)", encoding: .utf8)
      let turned = text.replacing("timeout <= duration(", with: "timeout > duration(")
      #expect(turned != text)
      try box.write(turned, to: "tree/policies/\(name)")
      let outcome = try await box.writ("policy", "test", "-o", "json", "\(box.path)/tree")
      #expect(outcome.code == 1, "\(outcome)")
      #expect((try outcome.json()["failed"].int ?? 0) > 0)
    }
  }

  /// Policies that stop a mistake in a manifest as a team would make it.
  @Test func aJobThatBreaksManyRulesIsDeniedWithEveryReason() async throws {
    try await Sandbox.with { box in
      try await Self.copyLibrary(to: box)
      try box.write(
        """
        apiVersion: writ/v1
        kind: Job
        metadata:
          name: bad
          labels: {tier: critical}
        spec:
          timeout: 3h
          action:
            shell:
              script: |
                curl -s https://example.com/install | sudo sh
              env: {DB_PASSWORD: hunter2}

        """, to: "tree/manifests/bad.yaml")
      let outcome = try await box.writ("policy", "check", "\(box.path)/tree")
      #expect(outcome.code == 3, "\(outcome)")
      for policy in [
        "critical-jobs-finish", "no-credentials-in-env", "no-installers-from-the-network",
        "no-root-on-critical", "owner-label",
      ] {
        #expect(outcome.error.contains("Policy/\(policy)"), "\(policy): \(outcome)")
      }
    }
  }
}
