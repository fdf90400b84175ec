import Foundation
import Testing

/// Ways around an approval: each is refused, or shows for what it is.
@Suite(.bounded) struct AttackTests {
  struct Attack: Sendable, CustomTestStringConvertible {
    var number: Int
    var name: String
    /// What the live job asks for.
    var approval = "{roles: [operator]}"
    /// Tries it; at the end the guarded job must be as it was.
    var attempt: @Sendable (ApprovalBox) async throws -> Void

    var testDescription: String { "\(number) \(name)" }
  }

  @Test(arguments: who + what + when) func isRefused(_ attack: Attack) async throws {
    try await ApprovalBox.with(approval: attack.approval) { here in
      let before = try await here.timeout()
      try await attack.attempt(here)
      for words in [["apply", "--yes"], ["apply", "--yes", "--partial"], ["reconcile"]] {
        let outcome = try await here.box.writ(words + ["--repo", here.upstream.bare])
        #expect(outcome.code == 3, "\(words): \(outcome)")
      }
      #expect(try await here.timeout() == before)
      #expect(try await here.box.writ("journal", "verify").code == 0)
    }
  }

  @Test func areAtLeastFifteenAndNumbered() {
    let all = Self.who + Self.what + Self.when
    #expect(all.map(\.number) == Array(1...all.count))
    #expect(all.count >= 15)
  }

  /// Says yes as `name`, and expects to be told no in `words`.
  private static func refused(
    _ here: ApprovalBox, _ name: String, code: Int32 = 3, _ words: String,
    of what: String = "Job/guarded",
  ) async throws {
    let outcome = try await here.writ("approve", what, "--as", name)
    #expect(outcome.code == code, "\(outcome)")
    #expect(outcome.everything.contains(words), "\(outcome)")
  }

  private static func approve(
    _ here: ApprovalBox, _ name: String, _ what: String = "Job/guarded",
  ) async throws {
    let outcome = try await here.writ("approve", what, "--as", name)
    try #require(outcome.code == 0, "\(outcome)")
  }

  // MARK: Who says it

  private static let who: [Attack] = [
    Attack(number: 1, name: "the author approves") { here in
      try await here.pushChange()
      try await refused(here, "ana", "cannot approve it")
    },
    Attack(number: 2, name: "the author approves by mail, with a tag, in capitals, with dots") {
      here in
      try await here.pushChange()
      for name in ["ana@example.com", "ANA", "ana+work@else.example", "a.n.a", "an-a"] {
        try await refused(here, name, "cannot approve it")
      }
    },
    Attack(number: 3, name: "who committed somebody else's change approves") { here in
      try here.upstream.write(ApprovalBox.job(timeout: "9m"), to: "manifests/guarded.yaml")
      try await here.box.shell(
        """
        export GIT_COMMITTER_NAME=Ben GIT_COMMITTER_EMAIL=ben@example.com
        git commit -qam change; git push -q origin main
        """, directory: here.upstream.clone)
      try await refused(here, "ben", "cannot approve it")
    },
    Attack(number: 4, name: "who wrote an earlier commit of the push approves") { here in
      try here.upstream.write(
        ApprovalBox.job(timeout: "9m", approval: "{roles: [operator], reason: two}"),
        to: "manifests/guarded.yaml")
      try await here.push(as: "Ben")
      try here.upstream.write(
        ApprovalBox.job(timeout: "8m", approval: "{roles: [operator], reason: two}"),
        to: "manifests/guarded.yaml")
      try await here.push(as: "Ana")
      try await refused(here, "ben", "cannot approve it")
    },
    Attack(
      number: 5, name: "one person approves twice", approval: "{roles: [operator], approvers: 2}"
    ) { here in
      try here.upstream.write(
        ApprovalBox.role("ben", "ben@example.com", "ben+two@example.com"),
        to: "manifests/role.yaml")
      try await here.push()
      #expect(try await here.writ("apply", "--yes").code == 0)
      try here.upstream.write(
        ApprovalBox.job(timeout: "9m", approval: "{roles: [operator], approvers: 2}"),
        to: "manifests/guarded.yaml")
      try await here.push()
      for name in ["ben", "ben@example.com", "ben+two@example.com", "BEN"] {
        try await approve(here, name)
      }
      let plan = try await here.writ("plan")
      #expect(plan.words.contains("1 of 2 approvals"), "\(plan)")
      #expect(plan.words.contains("count as one person"), "\(plan)")
    },
    Attack(number: 6, name: "a name that looks like somebody's") { here in
      try await here.pushChange()
      for name in ["bеn", "ｂen", "ben\u{200B}", "ben\u{301}"] {
        try await refused(here, name, code: 64, "is not the name of a person")
      }
    },
    Attack(number: 7, name: "somebody without the role approves") { here in
      try await here.pushChange()
      try await refused(here, "mallory", "is not in operator")
    },
    Attack(number: 8, name: "the push brings its own role") { here in
      try here.upstream.write(ApprovalBox.role("mallory"), to: "manifests/role.yaml")
      try await here.pushChange()
      try await refused(here, "mallory", "is not in operator")
    },
    Attack(number: 9, name: "the approver repeats the change in their own name") { here in
      try await here.pushChange()
      try await approve(here, "ben")
      try await here.box.shell(
        """
        export GIT_AUTHOR_NAME=Ben GIT_AUTHOR_EMAIL=ben@example.com
        export GIT_COMMITTER_NAME=Ben GIT_COMMITTER_EMAIL=ben@example.com
        git commit -q --amend --reset-author -m change
        git push -qf origin main
        """, directory: here.upstream.clone)
      let plan = try await here.writ("plan")
      #expect(plan.words.contains("cannot approve"), "\(plan)")
    },
    Attack(number: 10, name: "who deletes it hides behind a later commit to the file") { here in
      let both = ApprovalBox.job() + "\n---\n" + Manifest.job("other")
      try here.upstream.write(both, to: "manifests/guarded.yaml")
      try await here.push()
      #expect(try await here.writ("apply", "--yes").code == 0)
      try here.upstream.write(Manifest.job("other"), to: "manifests/guarded.yaml")
      try await here.push(as: "Ben")
      try here.upstream.write(Manifest.job("other", timeout: "6m"), to: "manifests/guarded.yaml")
      try await here.push(as: "Cleo")
      try await refused(here, "ben", "cannot approve it")
    },
  ]

  // MARK: What it is said of

  private static let what: [Attack] = [
    Attack(number: 11, name: "the change differs after the approval") { here in
      try await here.pushChange("6m")
      try await approve(here, "ben")
      try await here.pushChange("9h")
    },
    Attack(number: 12, name: "the change is amended and pushed by force after the approval") {
      here in
      try await here.pushChange("6m")
      try await approve(here, "ben")
      try here.upstream.write(ApprovalBox.job(timeout: "9h"), to: "manifests/guarded.yaml")
      try await here.box.shell(
        "git commit -qa --amend --no-edit; git push -qf origin main",
        directory: here.upstream.clone)
    },
    Attack(number: 13, name: "the file moves after the approval") { here in
      try await here.pushChange()
      try await approve(here, "ben")
      try await here.box.shell(
        "mkdir manifests/else; git mv manifests/guarded.yaml manifests/else/",
        directory: here.upstream.clone)
      try await here.push()
    },
    Attack(number: 14, name: "a plan is approved that is another one by then") { here in
      try await here.pushChange("6m")
      let digest = try #require(try await here.plan()["digest"].string)
      try await here.pushChange("9h")
      try await refused(here, "ben", code: 4, "the plan is", of: String(digest.prefix(16)))
      try await refused(here, "ben", code: 4, "the plan is", of: digest)
    },
    Attack(number: 15, name: "a prefix so short that another change can be made to fit") { here in
      try await here.pushChange()
      let change = try await here.change()
      try await refused(here, "ben", code: 1, "too few digits", of: String(change.prefix(12)))
    },
    Attack(number: 16, name: "the push itself asks for no approval any more") { here in
      try here.upstream.write(
        ApprovalBox.job(timeout: "9m", approval: "{required: false}"),
        to: "manifests/guarded.yaml")
      try await here.push()
    },
    Attack(number: 17, name: "the push itself asks somebody else") { here in
      try here.upstream.write(
        ApprovalBox.job(timeout: "9m", approval: "{roles: [everybody]}"),
        to: "manifests/guarded.yaml")
      try here.upstream.write(
        ApprovalBox.role("mallory").replacingOccurrences(of: "operator", with: "everybody"),
        to: "manifests/everybody.yaml")
      try await here.push()
      try await refused(here, "mallory", "is not in operator")
    },
    Attack(
      number: 18, name: "the push itself asks fewer",
      approval: "{roles: [operator], approvers: 2}"
    ) { here in
      try here.upstream.write(
        ApprovalBox.job(timeout: "9m", approval: "{roles: [operator], approvers: 1}"),
        to: "manifests/guarded.yaml")
      try await here.push()
      try await approve(here, "ben")
    },
    Attack(number: 19, name: "first a commit that takes the approval away, then the change") {
      here in
      try here.upstream.write(
        ApprovalBox.job(approval: "{required: false}"), to: "manifests/guarded.yaml")
      try await here.push()
      #expect(try await here.writ("apply", "--yes").code == 3)
      try here.upstream.write(
        ApprovalBox.job(timeout: "9m", approval: "{required: false}"),
        to: "manifests/guarded.yaml")
      try await here.push()
    },
    Attack(number: 20, name: "it is deleted, to be created anew without anybody") { here in
      try here.upstream.delete("manifests/guarded.yaml")
      try await here.push()
    },
    Attack(number: 21, name: "it goes under another name") { here in
      try here.upstream.write(ApprovalBox.job("renamed"), to: "manifests/guarded.yaml")
      try await here.push()
      let apply = try await here.writ("apply", "--yes", "--partial")
      #expect(apply.code == 3, "\(apply)")
      #expect(try await here.box.writ("get", "Job/renamed").code == 1)
    },
    Attack(number: 22, name: "a saved plan without the requirement") { here in
      try await here.pushChange()
      try await tamper(here) { $0["approvals"] = nil }
    },
    Attack(number: 23, name: "a saved plan that names another author") { here in
      try await here.pushChange()
      // An approval of the author that got into the table by other means.
      try await smuggle(here, "ana")
      try await tamper(here) { plan in
        var changes = plan["changes"] as? [[String: Any]] ?? []
        for index in changes.indices { changes[index]["origin"] = nil }
        plan["changes"] = changes
        plan["commits"] = nil
      }
    },
    Attack(number: 24, name: "a saved plan that says it is a rollback") { here in
      try await here.pushChange()
      try await tamper(here, code: 1) { $0["rollback"] = true }
    },
  ]

  // MARK: When it is said, and how it is kept

  private static let when: [Attack] = [
    Attack(number: 25, name: "an approval is used twice") { here in
      try await here.pushChange("9m")
      try await approve(here, "ben")
      #expect(try await here.writ("apply", "--yes").code == 0)
      try await here.pushChange("5m")
      try await approve(here, "ben")
      #expect(try await here.writ("apply", "--yes").code == 0)
      try await here.pushChange("9m")
    },
    Attack(number: 26, name: "an approval that ran out") { here in
      try here.box.write("approvals: {expireAfter: 1ms}\n", to: "data/writ.yaml")
      try await here.pushChange()
      try await approve(here, "ben")
      let plan = try await here.writ("plan")
      #expect(plan.words.contains("ran out"), "\(plan)")
    },
    Attack(number: 27, name: "one approves over another's rejection") { here in
      try await here.pushChange()
      let reject = try await here.writ(
        "reject", "Job/guarded", "--as", "eva", "--reason", "not today")
      #expect(reject.code == 0, "\(reject)")
      try await approve(here, "ben")
      let other = try await here.writ("approve", "Job/guarded", "--withdraw", "--as", "ben")
      #expect(other.code == 0)
      try await approve(here, "ben")
    },
    Attack(number: 28, name: "an author's approval is written into the database") { here in
      try await here.pushChange()
      try await smuggle(here, "ana")
      let plan = try await here.writ("plan")
      #expect(plan.words.contains("cannot approve it"), "\(plan)")
    },
  ]

  /// Writes an approval into the table by other means than Writ.
  private static func smuggle(_ here: ApprovalBox, _ name: String) async throws {
    let change = try await here.change()
    _ = try await here.box.sql(
      """
      INSERT INTO approval VALUES (x'\(change)', 'Job/guarded', '\(name)', 'approve', 'cli:\(name)',
        '', 0, 9000000000000000000)
      """)
  }

  /// Applies a saved plan whose file was changed, with a digest that fits.
  private static func tamper(
    _ here: ApprovalBox, code: Int32 = 3, _ body: (inout [String: Any]) -> Void,
  ) async throws {
    let path = here.box.path + "/saved.plan"
    #expect(try await here.writ("plan", "--out", path).code == 3)
    let bytes = try Data(contentsOf: URL(filePath: path))
    var file = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    var plan = try #require(file["plan"] as? [String: Any])
    body(&plan)
    file["plan"] = plan
    let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
    let text = try JSONSerialization.data(withJSONObject: plan, options: options)
    try text.write(to: URL(filePath: here.box.path + "/body"))
    file["digest"] = try await here.box.shell("sha256sum < '\(here.box.path)/body' | cut -c1-64")
    try JSONSerialization.data(withJSONObject: file, options: options).write(
      to: URL(filePath: path))
    let apply = try await here.writ("apply", path, "--yes")
    #expect(apply.code == code, "\(apply)")
    #expect(
      apply.everything.contains("approval") || apply.everything.contains("rollback"), "\(apply)")
  }

  // MARK: What is not refused shows

  @Test func whoSpeaksForSomebodyElseIsNamed() async throws {
    try await ApprovalBox.with { here in
      try await here.pushChange()
      try await Self.approve(here, "ben")
      let approvals = try await here.writ("approvals", "-o", "json").json()
      let word = approvals["approvals"][0]["approvedBy"][0]
      #expect(word["person"].string == "ben")
      let login = try await here.box.shell("id -un")
      #expect(word["actor"].string == "cli:\(login)")
      #expect(try await here.writ("plan").words.contains("ben (via \(login))"))
      let event = try await here.box.sql(
        "SELECT actor || ' ' || kind || ' ' || subject FROM journal ORDER BY sequence DESC LIMIT 1")
      #expect(event == "cli:\(login) change.approved Job/guarded")
    }
  }

  @Test func aRollbackNeedsNobodyAndIsOnRecord() async throws {
    try await ApprovalBox.with { here in
      try await here.pushChange()
      try await Self.approve(here, "ben")
      #expect(try await here.writ("apply", "--yes").code == 0)
      #expect(try await here.box.writ("rollback", "--yes", "--reason", "bad").code == 0)
      #expect(try await here.timeout() == "5m")
      // And it does not come back without anybody.
      #expect(try await here.writ("reconcile").code == 3)
      #expect(try await here.timeout() == "5m")
    }
  }
}
