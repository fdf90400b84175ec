import Foundation
import Testing

/// `writ approve`, `writ reject` and `writ approvals`, and what the other commands say meanwhile.
@Suite(.bounded) struct ApprovalCommandTests {
  @Test func aChangeWaitsIsApprovedAndApplied() async throws {
    try await ApprovalBox.with(approval: "{roles: [operator], approvers: 2}") { here in
      try here.upstream.write(
        ApprovalBox.job(timeout: "9m", approval: "{roles: [operator], approvers: 2}"),
        to: "manifests/guarded.yaml")
      try await here.push()
      let plan = try await here.writ("plan")
      #expect(plan.code == 3, "\(plan)")
      #expect(plan.words.contains("0 of 2 approvals of operator"), "\(plan)")
      let change = try await here.change()
      let first = try await here.writ(
        "approve", String(change.prefix(16)), "--as", "ben", "--reason", "looks right")
      #expect(first.code == 0, "\(first)")
      #expect(first.words.contains("1 of 2 approvals of operator: ben"), "\(first)")
      #expect(first.words.contains("1 change still waiting"), "\(first)")
      #expect(try await here.writ("apply", "--yes").code == 3)
      let document = try await here.plan()
      let approval = document["approvals"][0]
      #expect(document["verdict"].string == "blocked")
      #expect(document["exitCode"].int == 3)
      #expect(approval["met"].bool == false)
      #expect(approval["approvers"].int == 2)
      #expect(approval["approvedBy"][0]["reason"].string == "looks right")
      let digest = try #require(document["digest"].string)
      let second = try await here.writ("approve", digest, "--as", "eva", "-o", "json")
      #expect(second.code == 0, "\(second)")
      let said = try second.json()
      #expect(said["result"].string == "approved")
      #expect(said["missing"].int == 0)
      #expect(said["changes"][0]["change"].string == change)
      let ready = try await here.writ("plan")
      #expect(ready.code == 2, "\(ready)")
      #expect(ready.words.contains("given"), "\(ready)")
      #expect(try await here.writ("apply", "--yes").code == 0)
      #expect(try await here.timeout() == "9m")
      let after = try await here.writ("approvals")
      #expect(after.code == 0)
      #expect(after.words.contains("waits for approval"), "\(after)")
      #expect(try await here.writ("approve", "Job/guarded", "--as", "ben").code == 1)
    }
  }

  @Test func rejectsAndTakesBack() async throws {
    try await ApprovalBox.with { here in
      try await here.pushChange()
      #expect(try await here.writ("reject", "Job/guarded", "--as", "eva").code == 64)
      #expect(
        try await here.writ("reject", "Job/guarded", "--as", "eva", "--reason", " ").code == 64)
      let reject = try await here.writ(
        "reject", "Job/guarded", "--as", "eva", "--reason", "not in December")
      #expect(reject.code == 0, "\(reject)")
      let plan = try await here.writ("plan")
      #expect(plan.words.contains("not in December"), "\(plan)")
      let command = try #require(plan.commands(startingWith: "writ approve").first, "\(plan)")
      #expect(try await here.writ("approve", "Job/guarded", "--as", "ben").code == 0)
      #expect(try await here.writ("plan").code == 3)
      let back = try await here.box.writ(command + ["--repo", here.upstream.bare])
      #expect(back.code == 0, "\(command): \(back)")
      #expect(try await here.writ("plan").code == 2)
      let again = try await here.box.writ(command + ["--repo", here.upstream.bare])
      #expect(again.code == 1, "\(again)")
      #expect(again.error.contains("writ approvals"), "\(again)")
    }
  }

  @Test func saysWhatHelps() async throws {
    try await ApprovalBox.with { here in
      let early = try await here.writ("approve", "Job/guarded", "--as", "ben")
      #expect(early.code == 1)
      #expect(early.error.contains("nothing waits"), "\(early)")
      try await here.pushChange()
      let digits = String(repeating: "0", count: 16)
      let long = String(repeating: "x", count: 1001)
      let cases: [(arguments: [String], code: Int32, words: String)] = [
        (["approve", "Job/guraded", "--as", "ben"], 1, "did you mean \"Job/guarded\"?"),
        (["approve", "Job/free", "--as", "ben"], 1, "what waits: Job/guarded ("),
        (["approve", digits, "--as", "ben"], 4, "what waits: Job/guarded ("),
        (["approve", "abc", "--as", "ben"], 1, "too few digits"),
        (["approve", "what?", "--as", "ben"], 1, "is no plan, no change and no resource"),
        (["approve", "/", "--as", "ben"], 1, "is not Kind/name"),
        (
          ["approve", "Job/guarded", "--as", "mallory"], 3, "who can: operator: ben, cleo, eva"
        ),
        (["approve", "Job/guarded", "--as", "ana"], 3, "nothing was approved"),
        (["approve", "Job/guarded", "--as", ""], 64, "is not the name of a person"),
        (["approve", "Job/guarded", "--as", "ben", "--reason", long], 64, "longer than 1000"),
        (["approve", "--as", "ben"], 64, ""),
        (["approve", "Job/guarded", "--withdraw", "--as", "ben"], 1, "said nothing of that"),
      ]
      for (arguments, code, words) in cases {
        let outcome = try await here.box.writ(arguments + ["--repo", here.upstream.bare])
        #expect(outcome.code == code, "\(arguments): \(outcome)")
        #expect(outcome.error.contains(words) || words.isEmpty, "\(arguments): \(outcome)")
      }
      #expect(try await here.box.sql("SELECT count(*) FROM approval") == "0")
    }
  }

  @Test func oneRefusalAmongManyApprovesNothing() async throws {
    try await ApprovalBox.with { here in
      try here.upstream.write(ApprovalBox.job("second"), to: "manifests/second.yaml")
      try await here.push()
      #expect(try await here.writ("apply", "--yes").code == 0)
      try here.upstream.write(ApprovalBox.job(timeout: "9m"), to: "manifests/guarded.yaml")
      try await here.push(as: "Ben")
      try here.upstream.write(ApprovalBox.job("second", timeout: "9m"), to: "manifests/second.yaml")
      try await here.push(as: "Cleo")
      let digest = try #require(try await here.plan()["digest"].string)
      let outcome = try await here.writ("approve", digest, "--as", "ben")
      #expect(outcome.code == 3, "\(outcome)")
      #expect(outcome.error.contains("Job/guarded: ben may be Ben"), "\(outcome)")
      #expect(try await here.box.sql("SELECT count(*) FROM approval") == "0")
      #expect(try await here.writ("approve", digest, "--as", "eva").code == 0)
      #expect(try await here.box.sql("SELECT count(*) FROM approval") == "2")
    }
  }

  @Test func theRestGoesAheadWhereThatIsAllowed() async throws {
    try await ApprovalBox.with { here in
      try here.upstream.write(Manifest.job("free", timeout: "9m"), to: "manifests/free.yaml")
      try await here.pushChange()
      let plan = try await here.writ("plan")
      #expect(plan.words.contains("writ apply --partial"), "\(plan)")
      let apply = try await here.writ("apply", "--yes", "--partial")
      #expect(apply.code == 3, "\(apply)")
      #expect(apply.words.contains("1 change left out until people agree"), "\(apply)")
      #expect(try await here.timeout() == "5m")
      let free = try await here.box.writ("get", "Job/free", "-o", "json").json()
      #expect(free["spec"]["timeout"].string == "9m")
      let status = try await here.writ("status")
      #expect(status.words.contains("awaiting approval · next: writ approvals"), "\(status)")
      let why = try await here.writ("explain", "--why-not", "Job/guarded")
      #expect(why.words.contains("stopped by approval"), "\(why)")
      #expect(why.words.contains("writ approve "), "\(why)")
      #expect(try await here.writ("apply", "x.plan", "--partial").code == 64)
      // The loop may do so by a setting.
      try here.box.write("approvals: {partial: true}\n", to: "data/writ.yaml")
      try here.upstream.write(Manifest.job("free", timeout: "8m"), to: "manifests/free.yaml")
      try await here.push()
      let reconcile = try await here.writ("reconcile", "-o", "json")
      #expect(reconcile.code == 0, "\(reconcile)")
      #expect(try reconcile.json()["awaiting"][0]["subject"].string == "Job/guarded")
      #expect(try await here.writ("reconcile").code == 3)
      #expect(try await here.writ("approve", "Job/guarded", "--as", "ben").code == 0)
      #expect(try await here.writ("reconcile").code == 0)
      #expect(try await here.timeout() == "9m")
      #expect(try await here.box.writ("journal", "verify").code == 0)
      #expect(try await here.box.writ("doctor").code == 0)
    }
  }

  @Test func aRunningServerLooksAgainAfterAnApproval() async throws {
    try await ApprovalBox.with { here in
      // A poll is an hour away, so that only the approval can wake the loop.
      let server = try await RunningServer.start(here.box, repository: here.upstream.bare)
      try await server.ready()
      try await here.pushChange()
      #expect(try await here.writ("reconcile", "--wait").code == 3)
      #expect(try await server.condition("Ready")["reason"].string == "AwaitingApproval")
      let approve = try await here.writ("approve", "Job/guarded", "--as", "ben")
      #expect(approve.words.contains("the running server looks again now"), "\(approve)")
      try await eventually("approved change") { try await here.timeout() == "9m" ? true : nil }
      try await server.stop()
    }
  }
}
