import Foundation
import Testing

/// Lists of runs, and what runs wrote.
@Suite(.bounded) struct RunListTests {
  private static let keys: Set<String> = [
    "attempt", "createdAt", "endedAt", "execution", "exitCode", "job", "message", "notBefore",
    "probe", "reason", "run", "signal", "startedAt", "state", "stderrBytes", "stdoutBytes",
    "usage",
  ]

  @Test func pagesHaveTheTotalsOfTheWholeFilter() async throws {
    try await RunBox.with([
      "jobs": {
        $0.job(
          "web", "test $WRIT_PROBE != host-3", "  targets: {selector: {matchLabels: {role: web}}}")
          + $0.job("other", "true")
      }, "probes": { $0.probes(7) },
    ]) { here in
      #expect(try await here.writ("run", "web").code == 1)
      #expect(try await here.writ("run", "other").code == 0)
      var seen: [String] = []
      var cursor: Int?
      repeat {
        let more = cursor.map { ["--cursor", "\($0)"] } ?? []
        let outcome = try await here.box.writ(
          ["runs", "--job", "web", "--limit", "3", "-o", "json"] + more)
        let page = try outcome.json()
        #expect(page.keys == ["count", "formatVersion", "next", "runs", "totals"])
        #expect(page["formatVersion"].int == 1)
        #expect(page["totals"]["all"].int == 7)
        #expect(page["totals"]["success"].int == 6)
        #expect(page["totals"]["failed"].int == 1)
        #expect(page["count"].int == page["runs"].items.count)
        for run in page["runs"].items { #expect(run.keys == Self.keys) }
        seen += page["runs"].items.compactMap { $0["run"].string }
        cursor = page["next"].int
      } while cursor != nil
      #expect(seen.count == 7)
      #expect(Set(seen).count == 7)
      let failed = try await here.json("runs", "--status", "failed")
      #expect(failed["runs"].items.map { $0["probe"].string } == ["host-3"])
      #expect(failed["runs"][0]["exitCode"].int == 1)
      #expect(try await here.json("runs", "--probe", "local")["totals"]["all"].int == 1)
      #expect(try await here.json("runs", "--until", "1h")["totals"]["all"].int == 0)
      #expect(try await here.json("runs", "--since", "1h")["totals"]["all"].int == 8)
      let jobs = try await here.json("job", "list")
      #expect(jobs["formatVersion"].int == 1)
      #expect(jobs["jobs"].items.map { $0["name"].string } == ["other", "web"])
      #expect(jobs["jobs"].items.map { $0["lastState"].string } == ["success", "failed"])
    }
  }

  /// A reason is never cut, however narrow the terminal is.
  @Test(arguments: ["60", "80", "200"])
  func tablesFitTheTerminalAndKeepTheReason(_ columns: String) async throws {
    try await RunBox.with([
      "jobs": { $0.job("nothing-of-that-name", action: "{exec: {argv: [/opt/acme/bin/nothing]}}") }
    ]) { here in
      let variables = ["COLUMNS": columns]
      let run = try await here.writ("run", "nothing-of-that-name", environment: variables)
      #expect(run.code == 1)
      for outcome in [run, try await here.writ("runs", environment: variables)] {
        let text = outcome.output.replacingOccurrences(of: "\n    ", with: " ")
        #expect(text.contains("command not found: there is no /opt/acme/bin/nothing"), "\(outcome)")
        let limit = try #require(Int(columns))
        #expect(outcome.lines.allSatisfy { $0.count <= limit }, "\(outcome)")
        #expect(!outcome.output.contains("writ logs"), "it wrote nothing: \(outcome)")
      }
    }
  }

  @Test func streamsAreKeptApart() async throws {
    try await RunBox.with([
      "jobs": { $0.job("both", "echo one; echo two >&2; echo three") }
    ]) { here in
      #expect(try await here.writ("run", "both").code == 0)
      let name = try #require(try await here.json("runs")["runs"][0]["run"].string)
      let all = try await here.writ("logs", name)
      #expect(all.output == "one\nthree\n")
      #expect(all.error == "two\n")
      let out = try await here.writ("logs", name, "--stream", "stdout")
      #expect((out.output, out.error) == ("one\nthree\n", ""))
      let error = try await here.writ("logs", name, "--stream", "stderr")
      #expect((error.output, error.error) == ("", "two\n"))
      #expect(try await here.writ("logs", name, "--stream", "stdin").code == 64)
      let none = try await here.writ("logs", name, "--since", "2199-01-01T00:00:00Z")
      #expect((none.output, none.error) == ("", ""))
      #expect(try await here.writ("logs", name, "--since", "1h").output == "one\nthree\n")
      let pieces = try await here.writ("logs", name, "-o", "json").lines.map(JSON.init(parsing:))
      #expect(pieces.allSatisfy { $0.keys == ["offset", "run", "stream", "text", "time"] })
      let text = pieces.filter { $0["stream"].string == "stdout" }.compactMap { $0["text"].string }
      #expect(text.joined() == "one\nthree\n")
    }
  }

  @Test func whatWasCutIsCounted() async throws {
    try await RunBox.with([
      "jobs": {
        $0.job(
          "chatty", "echo first; head -c 300000 /dev/zero | tr '\\0' x; echo; echo last",
          "  output: {maxBytes: 4KiB}")
      }
    ]) { here in
      #expect(try await here.writ("run", "chatty").code == 0)
      let run = try await here.json("runs")["runs"][0]
      let total = 6 + 300_000 + 1 + 5
      #expect(run["stdoutBytes"].int == total)
      let log = try await here.writ("logs", run["run"].string ?? "")
      #expect(log.output.hasPrefix("first\n"))
      #expect(log.output.hasSuffix("x\nlast\n"))
      #expect(log.output.utf8.count <= 4096)
      let words = "writ: \(total - log.output.utf8.count) bytes of stdout were cut here\n"
      #expect(log.error == words, "\(log.error)")
    }
  }

  @Test func followingGoesOnUntilTheRunHasEnded() async throws {
    try await RunBox.with([
      "jobs": {
        $0.job(
          "slow",
          "echo begun; while [ ! -e \(NSString(string: $0.path))/go ]; do sleep 0.05; done; echo done"
        )
      }
    ]) { here in
      let server = try await here.serve()
      let execution = try await here.start("slow")
      let follower = try here.box.start(
        [Program.writ, "logs", "-f", execution], environment: ["WRIT_DATA_DIR": here.box.data])
      try await eventually("the first line") { follower.output == "begun\n" ? true : nil }
      #expect(follower.isRunning)
      try here.box.write("", to: "go")
      let outcome = try await follower.wait()
      #expect(outcome.code == 0)
      #expect(outcome.output == "begun\ndone\n")
      #expect(try await server.stop().code == 0)
    }
  }
}
