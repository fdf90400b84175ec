import Foundation
import Testing

/// `writ state`, `diff`, `get --at`, `history`, and the journal's export and compaction.
struct LookingBackTests {
  /// Three revisions: all of them applied.
  private func withHistory(
    _ body: (Sandbox, Upstream, [String]) async throws -> Void,
  ) async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      var revisions = [try await box.shell("git rev-parse HEAD", directory: upstream.clone)]
      func apply() async throws {
        let outcome = try await box.writ("apply", "--repo", upstream.bare, "-q")
        try #require(outcome.code == 0, "\(outcome)")
      }
      try await apply()
      try upstream.write(Manifest.job("alpha", timeout: "1h"), to: "manifests/alpha.yaml")
      try upstream.delete("manifests/gamma.yaml")
      revisions.append(try await upstream.push("second"))
      try await apply()
      try upstream.write(Manifest.job("delta"), to: "manifests/delta.yaml")
      revisions.append(try await upstream.push("third"))
      try await apply()
      try await body(box, upstream, revisions)
    }
  }

  @Test func theHeadIsWhatIsLiveWhenInSync() async throws {
    try await withHistory { box, upstream, _ in
      let live = try await box.writ("get", "-o", "json").json()
      for moment in ["head", "live", "main", "HEAD"] {
        let state = try await box.writ(
          "state", "--at", moment, "--repo", upstream.bare, "-o", "json")
        #expect(state.code == 0, "\(state)")
        #expect(
          try state.json()["items"].items.map { $0["digest"] }
            == live["items"].items.map { $0["digest"] })
        #expect(
          try state.json()["items"].items.map { $0["origin"] }
            == live["items"].items.map { $0["origin"] })
        #expect(
          try state.json()["at"]["stateRoot"]
            == (await box.writ("status", "-o", "json", "--repo", upstream.bare).json()["stateRoot"])
        )
      }
      let head = try await box.writ("state", "--at", "head", "--repo", upstream.bare, "-o", "json")
      #expect(try head.json()["items"] == live["items"])
    }
  }

  @Test func diffTellsTwoMomentsApart() async throws {
    try await withHistory { box, upstream, revisions in
      func diff(_ arguments: String...) async throws -> Outcome {
        try await box.writ(["diff"] + arguments + ["--repo", upstream.bare])
      }
      let both = try await diff(revisions[0], revisions[1])
      #expect(both.code == 2, "\(both)")
      #expect(both.output.contains("- Job/gamma"))
      #expect(both.output.contains("~ Job/alpha  timeout 5m → 1h"))
      #expect(both.output.contains("0 create, 1 update, 1 delete, 0 move, 2 unchanged."))
      #expect(try await diff(String(revisions[0].prefix(7)), "live").code == 2)
      #expect(try await diff("live").code == 0)
      #expect(try await diff("head").code == 0)
      #expect(try await diff(revisions[0], "live", "Job/beta").code == 0)
      #expect(try await diff(revisions[0], "Schedule").code == 0)
      let json = try await diff("#1", "#99", "-o", "json")
      #expect(json.code == 1)
      let value = try await diff("#1", "live", "-o", "json")
      #expect(value.code == 2)
      #expect(try value.json()["summary"]["delete"].int == 1)
      #expect(try value.json()["from"]["revision"].string == revisions[0])
      // A saved plan is a moment, too.
      try upstream.write(Manifest.job("delta", timeout: "9m"), to: "manifests/delta.yaml")
      try await upstream.push("fourth")
      let plan = try await box.writ("plan", "--repo", upstream.bare, "--out", "plan.json", "-q")
      #expect(plan.code == 2)
      let planned = try await diff("live", "plan.json")
      #expect(planned.code == 2)
      #expect(planned.output.contains("timeout 5m → 9m"))
      #expect(try await diff("plan.json", "head").code == 0)
      // So is a revision that was never applied.
      let never = try await box.writ("state", "--at", "main", "--repo", upstream.bare)
      #expect(never.output.contains("never applied; this is what its manifests say"))
      try box.write("{}", to: "bad.json")
      #expect(try await diff("live", "./bad.json").code == 1)
    }
  }

  @Test func getAndHistoryLookBack() async throws {
    try await withHistory { box, upstream, revisions in
      let then = try await box.writ(
        "get", "Job/alpha", "--at", revisions[0], "-o", "json", "--repo", upstream.bare)
      #expect(try then.json()["spec"]["timeout"].string == "5m")
      #expect(try then.json()["origin"]["commit"].string == revisions[0])
      let gone = try await box.writ("get", "Job/gamma", "--at", "#1")
      #expect(gone.code == 0)
      #expect(try await box.writ("get", "Job/delta", "--at", "#1").code == 1)
      let history = try await box.writ("history", "Job/alpha")
      #expect(history.output.contains("- 5m"))
      #expect(history.output.contains("+ 1h"))
      #expect(history.output.contains("resource.created"))
      let items = try await box.writ("history", "Job/alpha", "-o", "json").json()["items"]
      #expect(items[1]["revision"].string == revisions[1])
      #expect(items[1]["fields"][0]["pointer"].string == "/spec/timeout")
    }
  }

  @Test func aMomentThatThereIsNotIsAnError() async throws {
    try await withHistory { box, upstream, _ in
      for (moment, words) in [
        ("2020-01-01", "before the first event"), ("2150-01-01", "has not come yet"),
        ("#77", "there is no event 77"), ("feedbeef", "no revision in the history"),
        ("300d", "before the first event"), ("no-such-branch", "no revision in the history"),
      ] {
        let outcome = try await box.writ("state", "--at", moment, "--repo", upstream.bare)
        #expect(outcome.code == 1, "\(moment): \(outcome)")
        #expect(outcome.error.contains(words), "\(moment): \(outcome)")
        #expect(outcome.error.contains("the journal goes from"), "\(moment): \(outcome)")
      }
      for moment in ["", "2026-13-01", "2026-01-01T10:00:00", "#0"] {
        #expect(try await box.writ("state", "--at", moment).code == 64, "\(moment)")
      }
      let escape = try await box.writ("state", "--at", "a\u{1B}[31mb")
      #expect(!escape.error.contains("\u{1B}"))
    }
  }

  /// The live commit is gone from the repository: a force push, and git's own tidying.
  @Test func aVanishedRevisionIsStillInTheJournal() async throws {
    try await withHistory { box, upstream, revisions in
      try await box.shell(
        """
        git checkout -q --orphan other && git rm -rqf --cached . && git add -A
        git commit -qm new && git push -q --force origin other:main
        git -C '\(upstream.bare)' reflog expire --expire=now --all
        git -C '\(upstream.bare)' gc -q --prune=now
        """, directory: upstream.clone)
      let missing = try await box.run(["git", "-C", upstream.bare, "cat-file", "-e", revisions[2]])
      try #require(missing.code != 0)
      let repo = ["--repo", upstream.bare]
      #expect(try await box.writ(["status"] + repo).code == 0)
      let plan = try await box.writ(["plan"] + repo)
      #expect(plan.code == 3, "\(plan)")
      #expect(plan.output.contains("history-rewritten"))
      let state = try await box.writ(["state", "--at", revisions[0], "-o", "json"] + repo)
      #expect(state.code == 0, "\(state)")
      #expect(try state.json()["count"].int == 4)
      #expect(try await box.writ(["diff", revisions[0], "live"] + repo).code == 2)
      #expect(try await box.writ(["diff", "live", "head"] + repo).code == 0)
      #expect(try await box.writ("history", "Job/alpha").code == 0)
      #expect(try await box.writ("history").code == 0)
      // Nor does it take a repository at all.
      #expect(
        try await box.writ("diff", revisions[0], "live", "--repo", box.path + "/no").code == 2)
      let head = try await box.writ("state", "--at", "head", "--repo", box.path + "/no")
      #expect(head.code == 1, "\(head)")
    }
  }

  @Test func theJournalIsExportedCompactedAndVerified() async throws {
    try await withHistory { box, upstream, revisions in
      func verify(_ arguments: String...) async throws -> Outcome {
        try await box.writ(["journal", "verify"] + arguments)
      }
      #expect(try await box.writ("journal", "export", "all.jsonl").code == 0)
      #expect(try await box.writ("journal", "export", "all.jsonl").code == 1)
      let streamed = try await box.writ("journal", "export")
      #expect(
        streamed.output == (try String(contentsOfFile: box.path + "/all.jsonl", encoding: .utf8)))
      #expect(try await verify("--file", "all.jsonl").code == 0)
      let get = try await box.writ("get", "-o", "json").output
      let compact = try await box.writ(
        "journal", "compact", "--keep", "1ns", "--export", "old.jsonl")
      #expect(compact.code == 0, "\(compact)")
      #expect(try await verify().code == 0)
      #expect(try await box.writ("get", "-o", "json").output == get)
      for file in ["all.jsonl", "old.jsonl"] {
        let outcome = try await verify("--file", file)
        #expect(outcome.code == 0, "\(outcome)")
        #expect(outcome.error.contains("joins the journal"), "\(outcome)")
      }
      for arguments in [
        ["state", "--at", "#1"], ["state", "--at", "2020-01-01"],
        ["rollback", "--to", revisions[0], "--yes"],
      ] {
        let outcome = try await box.writ(arguments)
        #expect(outcome.code == 1, "\(outcome)")
        #expect(outcome.error.contains("were dropped at"), "\(outcome)")
        #expect(outcome.error.contains("/old.jsonl"), "\(outcome)")
      }
      // The key: another one, and none.
      try await box.shell(
        "mv '\(box.data)/checkpoint.key' k && head -c 32 /dev/urandom > '\(box.data)/checkpoint.key' && chmod 600 '\(box.data)/checkpoint.key'"
      )
      let other = try await verify("-o", "json")
      #expect(other.code == 1)
      #expect(try other.json()["findings"][0]["severity"].string == "error")
      try await box.shell("rm '\(box.data)/checkpoint.key'")
      let none = try await verify("-o", "json")
      #expect(none.code == 0)
      #expect(try none.json()["findings"][0]["severity"].string == "warning")
      try await box.shell("mv k '\(box.data)/checkpoint.key'")
      // A changed line of a file, and a changed event of the journal, are named.
      try await box.shell("sed -i '3s/cli:/clo:/' all.jsonl")
      let changed = try await verify("--file", "all.jsonl")
      #expect(changed.code == 1)
      #expect(changed.error.contains("event 2"), "\(changed)")
      _ = try await box.sql(
        "DROP TRIGGER journal_is_append_only_update; "
          + "UPDATE journal SET actor = 'x' WHERE kind = 'journal.compacted'")
      let broken = try await verify()
      #expect(broken.code == 1)
      #expect(broken.error.contains("does not give its hash"))
      #expect(try await verify("--file", "none.jsonl").code != 0)
      #expect(try await box.writ("journal", "compact").code == 64)
      #expect(try await box.writ("journal", "compact", "--before", "never").code == 64)
      _ = upstream
    }
  }
}
