import Foundation
import Testing

/// Repeating, and forbidding.
@Suite(.bounded) struct RunRetryTests {
  @Test func onlyWhatFailedIsRetried() async throws {
    try await RunBox.with([
      "jobs": {
        $0.job(
          "web", "test $WRIT_PROBE != host-2 || test -e \($0.path)/mended",
          "  targets: {selector: {matchLabels: {role: web}}}")
      }, "probes": { $0.probes(4) },
    ]) { here in
      let first = try await here.writ("run", "web", "-o", "json")
      #expect(first.code == 1, "\(first)")
      let execution = try #require(try first.json()["execution"].string)
      try here.box.write("", to: "mended")
      let retried = try await here.json("retry", execution)
      #expect(retried.keys == ["execution", "formatVersion", "probes"])
      #expect(retried["probes"].items.map(\.string) == ["host-2"])
      let described = try await here.json("describe", "run", retried["execution"].string ?? "")
      #expect(described["state"].string == "success")
      #expect(described["retryOf"].string == execution)
      let again = try await here.writ("retry", retried["execution"].string ?? "")
      #expect(again.code == 4, "\(again)")
      #expect(again.error.contains("was a success"), "\(again)")
    }
  }

  @Test func revokingOutlivesDeletingAndMakingAgain() async throws {
    try await RunBox.with([
      "a": { $0.job("a", "true") }, "b": { $0.job("b", "true") },
    ]) { here in
      let text = try here.upstream.read("manifests/a.yaml")
      #expect(try await here.writ("revoke", "a", "--reason", "it eats disks").code == 0)
      func expectRevoked() async throws {
        let outcome = try await here.writ("run", "a")
        #expect(outcome.code == 3, "\(outcome)")
        #expect(outcome.error.contains("it eats disks"), "\(outcome)")
        #expect(outcome.error.contains("writ unrevoke a"), "\(outcome)")
      }
      try await expectRevoked()
      try here.upstream.delete("manifests/a.yaml")
      try await here.upstream.push("without")
      try await here.apply()
      let jobs = try await here.json("job", "list")["jobs"].items
      #expect(jobs.map { $0["name"].string } == ["a", "b"])
      #expect(jobs.map { $0["isLive"].bool } == [false, true])
      #expect(jobs[0]["revoked"]["reason"].string == "it eats disks")
      try here.upstream.write(text, to: "manifests/a.yaml")
      try await here.upstream.push("again")
      try await here.apply()
      try await expectRevoked()
      #expect(try await here.writ("revoke", "a", "--reason", "still").output.contains("already"))
      #expect(try await here.writ("unrevoke", "a").code == 0)
      #expect(try await here.writ("run", "a").code == 0)
      #expect(try await here.writ("journal", "verify").code == 0)
    }
  }

  @Test func revokingWhatIsNotThereHoldsAndIsWarnedOf() async throws {
    try await RunBox.with(["a": { $0.job("backup", "true") }]) { here in
      let outcome = try await here.writ("revoke", "bakup", "--reason", "it eats disks")
      #expect(outcome.code == 0, "\(outcome)")
      #expect(outcome.error.contains("there is no live Job/bakup"), "\(outcome)")
      #expect(outcome.error.contains("did you mean \"backup\"?"), "\(outcome)")
      #expect(try await here.writ("revoke", "backup", "--reason", "it eats disks").error == "")
    }
  }
}
