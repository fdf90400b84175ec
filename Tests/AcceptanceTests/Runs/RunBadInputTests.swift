import Foundation
import Testing

/// Runs that cannot start, and runs that behave badly.
@Suite(.bounded) struct RunBadInputTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var action: String
    /// Words of the message; `@` stands for the sandbox.
    var words: [String]
    var more = ""

    var testDescription: String { action }
  }

  @Test(arguments: [
    Case(
      action: "{exec: {argv: [/opt/acme/nothing]}}",
      words: ["command not found", "/opt/acme/nothing"]),
    Case(
      action: "{exec: {argv: [acme-nothing]}}",
      words: ["command not found", "acme-nothing", "PATH=/usr"]),
    Case(action: "{exec: {argv: [/etc/passwd]}}", words: ["/etc/passwd is not executable"]),
    Case(action: "{exec: {argv: [/etc]}}", words: ["/etc", "directory"]),
    Case(
      action: "{shell: {script: x, interpreter: [/opt/acme/python]}}",
      words: ["command not found", "/opt/acme/python"]),
    Case(
      action: "{exec: {argv: [@/shebang]}}",
      words: ["@/shebang", "its interpreter", "/opt/acme/perl"]),
    Case(action: "{exec: {argv: [@/junk]}}", words: ["@/junk"]),
    Case(
      action: "{exec: {argv: [/bin/true], user: nobody-knows}}",
      words: ["there is no user \"nobody-knows\""]),
    Case(
      action: "{exec: {argv: [/bin/true], workingDirectory: /opt/acme}}",
      words: ["the working directory /opt/acme", "No such file"]),
    Case(
      action: "{exec: {argv: [/bin/true]}}", words: ["TOKEN", "env: ACME_TOKEN", "is not set"],
      more: "  secrets: {TOKEN: {env: ACME_TOKEN}}"),
    Case(
      action: "{exec: {argv: [/bin/true]}}", words: ["TOKEN", "/opt/acme/token", "No such file"],
      more: "  secrets: {TOKEN: {file: /opt/acme/token}}"),
    Case(
      action: "{exec: {argv: [/bin/true]}}", words: ["TOKEN", "file: /etc", "cannot be read"],
      more: "  secrets: {TOKEN: {file: /etc}}"),
    Case(
      action: "{exec: {argv: [/bin/true]}}", words: ["TOKEN", "is not UTF-8 text"],
      more: "  secrets: {TOKEN: {file: @/binary}}"),
    Case(
      action: "{exec: {argv: [/bin/true]}}", words: ["TOKEN", "is longer than"],
      more: "  secrets: {TOKEN: {file: @/long}}"),
    Case(action: "{readFile: {path: /opt/acme/file}}", words: ["/opt/acme/file", "No such file"]),
    Case(
      action: "{writeFile: {path: /opt/acme/file, content: x}}",
      words: ["/opt/acme", "No such file"]),
  ])
  func whatCannotStartSaysWhatAndWhere(_ item: Case) async throws {
    try await RunBox.with([
      "jobs": { maker in
        maker.job(
          "a", action: item.action.replacingOccurrences(of: "@", with: maker.path),
          item.more.replacingOccurrences(of: "@", with: maker.path))
      }
    ]) { here in
      let box = here.box
      try box.write("#!/opt/acme/perl\n", to: "shebang")
      try box.write(Data([0x7f, 0x45, 0x4c, 0x46, 1, 2, 3]), to: "junk")
      for file in ["shebang", "junk"] { chmod("\(box.path)/\(file)", 0o755) }
      try box.write(Data([0xff, 0xfe, 0x80]), to: "binary")
      try box.write(String(repeating: "x", count: 100_000), to: "long")
      let outcome = try await here.writ("run", "a", "-o", "json")
      #expect(outcome.code == 1, "\(outcome)")
      let run = try outcome.json()["runs"][0]
      #expect(run["state"].string == "failed", "\(run)")
      for word in item.words {
        let word = word.replacingOccurrences(of: "@", with: box.path)
        #expect(run["message"].string?.contains(word) == true, "\(word): \(run)")
      }
      #expect(run["exitCode"].isNull == !item.action.contains("File"), "\(run)")
      #expect(try await here.writ("journal", "verify").code == 0)
    }
  }

  @Test(.enabled(if: Program.isRoot && Program.setpriv != nil))
  func aSecretThatMayNotBeReadSaysSo() async throws {
    try await RunBox.with([
      "jobs": {
        $0.job(
          "a", action: "{exec: {argv: [/bin/true]}}",
          "  secrets: {TOKEN: {file: \($0.path)/closed}}")
      }
    ]) { here in
      try here.box.write("x", to: "closed")
      chmod(here.box.path + "/closed", 0o000)
      try await here.box.shell("chown -R 65534:65534 '\(here.box.data)'")
      let outcome = try await here.box.run(
        [
          try #require(Program.setpriv), "--reuid=65534", "--regid=65534", "--clear-groups",
          Program.writ, "run", "a", "-o", "json",
        ], environment: ["WRIT_DATA_DIR": here.box.data])
      #expect(outcome.code == 1, "\(outcome)")
      let message = try outcome.json()["runs"][0]["message"].string ?? ""
      #expect(message.contains("TOKEN") && message.contains("Permission denied"), "\(outcome)")
    }
  }

  @Test func aGibibyteWithoutANewlineTakesLittleMemoryAndDisk() async throws {
    let size = 1 << 30
    try await RunBox.with([
      "jobs": { $0.job("a", "head -c \(size) /dev/zero") }
    ]) { here in
      // The largest resident set of Writ and of what it started, in KiB, on the last line.
      let measured = """
        import resource, subprocess, sys
        code = subprocess.call(sys.argv[1:])
        print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
        sys.exit(code)
        """
      let outcome = try await here.box.run(
        ["python3", "-c", measured, Program.writ, "run", "a", "-o", "json"],
        environment: ["WRIT_DATA_DIR": here.box.data])
      #expect(outcome.code == 0, "\(outcome)")
      let peak = outcome.error.split(separator: "\n").last.flatMap { Int($0) } ?? .max
      #expect(peak < 128 << 10, "\(peak) KiB")
      let run = try outcome.json()["runs"][0]
      #expect(run["stdoutBytes"].int == size)
      let log = try await here.writ("logs", run["run"].string ?? "")
      #expect(log.output.utf8.count <= 1 << 20)
      #expect(log.error == "writ: \(size - log.output.utf8.count) bytes of stdout were cut here\n")
      let used = try await here.box.shell("du -sk '\(here.box.data)' | cut -f1")
      #expect((Int(used) ?? .max) < 16 << 10, "\(used) KiB")
    }
  }

  @Test func binaryOutputComesBackByteForByte() async throws {
    try await RunBox.with([
      "jobs": { $0.job("a", "cat \($0.path)/bytes") }
    ]) { here in
      let bytes = Data((0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ $0 / 256) })
      try here.box.write(bytes, to: "bytes")
      #expect(try await here.writ("run", "a").code == 0)
      let name = try #require(try await here.json("runs")["runs"][0]["run"].string)
      let command = try here.box.start(
        [Program.writ, "logs", name], environment: ["WRIT_DATA_DIR": here.box.data])
      #expect(try await command.wait().code == 0)
      #expect(FileManager.default.contents(atPath: command.outputPath) == bytes)
      #expect(try await here.writ("logs", name, "-o", "json").code == 0)
    }
  }

  @Test func whatTakesTooLongIsEnded() async throws {
    try await RunBox.with([
      "jobs": {
        $0.job(
          "a", "trap '' TERM\nsleep 60020 &\nsleep 60020", "  timeout: 200ms\n  gracePeriod: 100ms")
      }
    ]) { here in
      let outcome = try await here.writ("run", "a", "-o", "json")
      #expect(outcome.code == 1, "\(outcome)")
      #expect(try outcome.json()["runs"][0]["state"].string == "timedOut")
      #expect(here.box.processes(running: "60020").isEmpty)
    }
  }

  /// It leaves the session, and keeps the pipe open: the run ends all the same.
  @Test func aDaemonThatKeepsThePipeOpenDoesNotHoldTheRun() async throws {
    try await RunBox.with([
      "jobs": { $0.job("a", "setsid sleep 60021 &\nsetsid sh -c 'exit 0' &\necho begun") }
    ]) { here in
      let outcome = try await here.writ("run", "a", "--follow")
      #expect(outcome.code == 0, "\(outcome)")
      #expect(outcome.output.hasPrefix("begun\n"), "\(outcome)")
    }
  }

  /// A child that nobody waited for, a process that stops itself, one that is gone by a signal.
  @Test(arguments: [
    ("sleep 0 & exec sleep 0.2", "success", ""), ("kill -SEGV $$", "failed", "SEGV"),
    ("kill -STOP $$", "timedOut", "longer than"), ("exec 1>&- 2>&-; sleep 0.1", "success", ""),
    ("yes & exec true", "success", ""),
  ])
  func oddProcessesEndAsTheyShould(
    _ script: String, _ state: String, _ word: String,
  ) async throws {
    try await RunBox.with([
      "jobs": { $0.job("a", script, "  timeout: 3s\n  gracePeriod: 100ms") }
    ]) { here in
      let run = try await here.writ("run", "a", "-o", "json").json()["runs"][0]
      #expect(run["state"].string == state, "\(run)")
      let text = (run["message"].string ?? "") + (run["signal"].string ?? "")
      #expect(word.isEmpty || text.contains(word), "\(run)")
      try await eventually("end of its processes", within: .seconds(10)) {
        here.box.processes().isEmpty ? true : nil
      }
    }
  }

  @Test(arguments: ["Europe/Berln", "Mars/Olympus", "../../etc/passwd", "+02:00"])
  func aZoneThatNobodyKnowsIsRefused(_ zone: String) async throws {
    try await Sandbox.with { box in
      let text = Manifest.schedule("nightly", job: "alpha")
        .replacingOccurrences(of: "}", with: ", timeZone: \"\(zone)\"}")
      let upstream = try await Upstream(
        box, files: ["manifests/a.yaml": Manifest.job("alpha"), "manifests/s.yaml": text])
      let outcome = try await box.writ("plan", "--repo", upstream.bare)
      #expect(outcome.code == 1, "\(outcome)")
      #expect(outcome.everything.contains("manifests/s.yaml:7:"), "\(outcome)")
      #expect(outcome.everything.contains(zone), "\(outcome)")
    }
  }

  @Test(arguments: [
    ("timeout: -5m", "timeout"), ("timeout: 0s", "timeout"), ("timeout: 31d", "timeout"),
    ("gracePeriod: -1s", "gracePeriod"), ("jitter: -1s", "jitter"),
    ("retry: {attempts: 0}", "attempts"), ("retry: {backoff: {initial: 0s}}", "initial"),
    ("output: {maxBytes: -1}", "maxBytes"), ("output: {maxBytes: 1GiB}", "maxBytes"),
  ])
  func manifestsWithSillyNumbersAreRefused(_ field: String, _ name: String) async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(
        box, files: ["manifests/a.yaml": Manifest.job("a", timeout: "5m", extra: "  \(field)\n")])
      if field.hasPrefix("timeout") {
        try upstream.replace("  timeout: 5m\n", by: "", in: "manifests/a.yaml")
        try await upstream.push("one only")
      }
      let outcome = try await box.writ("apply", "--yes", "--repo", upstream.bare)
      #expect(outcome.code == 1, "\(outcome)")
      #expect(outcome.everything.contains("manifests/a.yaml:"), "\(outcome)")
      #expect(outcome.everything.contains(name), "\(outcome)")
      #expect(!box.exists("data/writ.db"))
    }
  }

  /// The zone is there when the manifest is checked, and gone when it is served.
  @Test func aZoneThatIsNotThereIsNamed() async throws {
    try await RunBox.with([
      "jobs": { $0.job("a", "true") },
      "schedules": {
        $0.schedule("berlin", job: "a", "  when: {cron: \"* * * * *\", timeZone: Europe/Berlin}")
          + $0.schedule("tick", job: "a", "  when: {every: 1s}\n  overlap: allowAll")
      },
    ]) { here in
      try FileManager.default.createDirectory(
        atPath: here.box.path + "/zones", withIntermediateDirectories: true)
      let server = try await here.serve(environment: ["TZDIR": here.box.path + "/zones"])
      try await eventually("a fire of the other schedule") {
        try await here.json("schedule", "history", "tick")["counts"]["ran"].int ?? 0 > 0
          ? true : nil
      }
      try await eventually("a word about the zone") {
        server.process.error.contains("Europe/Berlin") ? true : nil
      }
      #expect(try await server.stop().code == 0)
    }
  }
}
