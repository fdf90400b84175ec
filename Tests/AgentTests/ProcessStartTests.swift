import Actions
import Agent
import Glibc
import Synchronization
import Testing

/// How a process begins: what it gets, and what is said where it cannot begin.
@Suite struct ProcessStartTests {
  @Test func givesExitCodeOutputAndUsage() async throws {
    let fixture = try ProbeFixture()
    let outcome = await fixture.run(fixture.shell("echo out; echo err >&2; exit 7"))
    #expect(outcome.result.ending == .completed)
    #expect(outcome.result.exitCode == 7)
    #expect(outcome.stdout == "out\n")
    #expect(outcome.stderr == "err\n")
    #expect(outcome.result.stdoutBytes == 4)
    let usage = try #require(outcome.result.usage)
    #expect(usage.maxResidentBytes > 0)
  }

  @Test func givesTheSignalThatEndedIt() async throws {
    let fixture = try ProbeFixture()
    let outcome = await fixture.run(fixture.shell("kill -USR1 $$"))
    #expect(outcome.result.ending == .completed)
    #expect(outcome.result.signal == SIGUSR1)
    #expect(outcome.result.exitCode == nil)
  }

  @Test func countsTheProcessorTimeOfChildren() async throws {
    let fixture = try ProbeFixture()
    let outcome = await fixture.run(
      fixture.shell("(i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done)"))
    let usage = try #require(outcome.result.usage)
    #expect(usage.userCPU + usage.systemCPU > .milliseconds(10))
  }

  @Test func hasOnlyDeclaredEnvironment() async throws {
    let fixture = try ProbeFixture(environment: ["PROBE_SECRET": "vault-value"])
    let outcome = await fixture.run(
      .exec(
        Action.Program(
          argv: ["env"], surroundings: .init(environment: ["B": "own", "C": "own"]))),
      secrets: ["C": .environment("PROBE_SECRET")], environment: ["A": "request", "B": "request"])
    let lines = outcome.stdout.split(separator: "\n").sorted().filter {
      !$0.hasPrefix("WRIT_PROBE_ID=")
    }
    #expect(
      lines == [
        "A=request", "B=own", "C=[REDACTED]", "HOME=/", "LANG=C.UTF-8",
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "WRIT_RUN=test.1",
      ])
  }

  @Test func inheritsNoDescriptor() async throws {
    let fixture = try ProbeFixture()
    // Without O_CLOEXEC.
    let leak = open("/etc/passwd", O_RDONLY)
    defer { close(leak) }
    let outcome = await fixture.run(
      .exec(
        Action.Program(argv: [
          "python3", "-c",
          "import os\nfor f in sorted(os.listdir('/proc/self/fd'), key=int):\n"
            + "  try: print(f, os.readlink('/proc/self/fd/' + f))\n  except OSError: pass",
        ])))
    let lines = outcome.stdout.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines.first == "0 /dev/null")
    #expect(!outcome.stdout.contains("passwd"))
  }

  @Test func hasASessionAndNoCoreDump() async throws {
    let fixture = try ProbeFixture()
    let outcome = await fixture.run(
      .exec(
        Action.Program(argv: [
          "python3", "-c",
          "import os, resource\nprint(os.getsid(0) == os.getpid() == os.getpgrp(), "
            + "resource.getrlimit(resource.RLIMIT_CORE))",
        ])))
    #expect(outcome.stdout == "True (0, 0)\n")
  }

  @Test func hasTheDefaultActionOfEachSignal() async throws {
    let fixture = try ProbeFixture()
    let old = signal(SIGWINCH, SIG_IGN)
    defer { signal(SIGWINCH, old) }
    let outcome = await fixture.run(.exec(Action.Program(argv: ["cat", "/proc/self/status"])))
    for name in ["SigBlk:\t", "SigIgn:\t", "SigCgt:\t"] {
      let line = outcome.stdout.split(separator: "\n").first { $0.hasPrefix(name) }
      let mask = try #require(line.flatMap { UInt64($0.dropFirst(name.count), radix: 16) })
      // The C library keeps 32 and 33 to itself, and changes them for nobody.
      #expect(mask & ~(3 << 31) == 0, "\(name)")
    }
  }

  /// None ends before all run, so there is no end where one of them has to wait.
  @Test func runsMoreAtATimeThanStartAtATime() async throws {
    let fixture = try ProbeFixture()
    let count = 40
    let started = Count()
    let killed = await withTaskGroup(of: Bool.self) { group in
      for number in 0..<count {
        group.addTask {
          let outcome = await fixture.run(
            .exec(Action.Program(argv: ["sleep", "1000"])), run: "test.\(number)",
            timeout: .seconds(600),
            onStarted: {
              guard started.next() == count else { return }
              for number in 0..<count { fixture.probe.stop("test.\(number)", kill: true) }
            })
          return outcome.result.ending == .killed
        }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(killed == count)
  }

  @Test func startsAfterManyThatDidNotStart() async throws {
    let fixture = try ProbeFixture()
    for number in 0..<100 {
      let outcome = await fixture.run(
        .exec(Action.Program(argv: ["/nowhere"])), run: "test.\(number)")
      #expect(outcome.result.ending == .unstartable)
    }
    let outcome = await fixture.run(.exec(Action.Program(argv: ["true"])))
    #expect(outcome.result.exitCode == 0)
  }

  @Test func worksInItsDirectory() async throws {
    let fixture = try ProbeFixture()
    let outcome = await fixture.run(
      .exec(Action.Program(argv: ["pwd"], surroundings: .init(workingDirectory: "/usr/bin"))))
    #expect(outcome.stdout == "/usr/bin\n")
    let wrong = await fixture.run(
      .exec(Action.Program(argv: ["pwd"], surroundings: .init(workingDirectory: "/no/such"))))
    #expect(wrong.result.ending == .unstartable)
    #expect(wrong.result.message?.contains("working directory /no/such") == true)
  }

  @Test(arguments: [["/bin/sh", "-eu"], ["bash"], ["python3"]])
  func givesAScriptToAnyInterpreter(_ interpreter: [String]) async throws {
    let fixture = try ProbeFixture()
    let long = "#" + String(repeating: "x", count: 256 << 10) + "\n"
    let text =
      interpreter == ["python3"]
      ? long + "import sys\nprint(sys.stdin.read() == '', sys.argv[0][-8:])"
      : long + "cat; echo \"True ${0##*/probe/scripts}\""
    let outcome = await fixture.run(
      .shell(Action.Script(text: text, interpreter: interpreter)), run: "ab.cd.1")
    #expect(outcome.stdout == (interpreter == ["python3"] ? "True /ab.cd.1\n" : "True /ab.cd.1\n"))
    #expect(outcome.stderr == "")
    #expect(Files.names(in: fixture.path("probe/scripts")).isEmpty)
  }

  @Test func showsNeitherScriptNorSecretInItsCommandLine() async throws {
    let fixture = try ProbeFixture(environment: ["S": "vault-value"])
    let outcome = await fixture.run(
      fixture.shell("tr '\\0' ' ' < /proc/$$/cmdline; : hidden-word"),
      secrets: ["TOKEN": .environment("S")])
    #expect(!outcome.stdout.contains("hidden-word"))
    #expect(!outcome.stdout.contains("vault-value"))
    #expect(outcome.stdout.contains("/scripts/test.1"))
  }

  @Test func saysWhyAProgramDoesNotStart() async throws {
    let fixture = try ProbeFixture()
    Files.write("#!/bin/sh\n", to: fixture.path("plain"))
    Files.write("#!/no/such/interpreter -x\n", to: fixture.path("lost"), mode: 0o755)
    Files.write("#!/bin/sh\r\necho\r\n", to: fixture.path("windows"), mode: 0o755)
    Files.write("\u{1}\u{2} no program", to: fixture.path("data"), mode: 0o755)
    Files.write("#!/bin/sh\n", to: fixture.path("busy"), mode: 0o755)
    let writer = open(fixture.path("busy"), O_WRONLY | O_CLOEXEC)
    defer { close(writer) }
    let long = String(repeating: "x", count: 100 << 10)
    let cases: [([String], String)] = [
      (["no-such-command"], "command not found: no-such-command"),
      (["/no/such/command"], "command not found: there is no /no/such/command"),
      ([fixture.path("plain")], "is not executable"),
      ([fixture.path("lost")], "its interpreter \"/no/such/interpreter\""),
      ([fixture.path("windows")], "Windows line endings"),
      ([fixture.path("data")], "no program for this machine"),
      ([fixture.path("busy")], "is being written"),
      (["/usr"], "is a directory"),
      (["/dev/null"], "is not a regular file"),
      (["true"] + [String](repeating: long, count: 64), "longer than the system takes"),
      ([], "the command is empty"),
      (["true", "a\u{0}b"], "NUL byte"),
    ]
    for (argv, words) in cases {
      let outcome = await fixture.run(.exec(Action.Program(argv: argv)))
      #expect(outcome.result.ending == .unstartable)
      #expect(
        outcome.result.message?.contains(words) == true,
        "\(argv.first ?? ""): \(outcome.result.message ?? "")")
    }
  }

  @Test func aStartThatFailsLeavesNoDescriptor() async {
    // In a process of its own: in this one, other tests open and close theirs meanwhile.
    await #expect(processExitsWith: .success) {
      let fixture = try ProbeFixture()
      Files.write("\u{1}\u{2} no program", to: fixture.path("data"), mode: 0o755)
      // The first opens what the probe keeps.
      var counts: [Int] = []
      for _ in 0..<20 {
        for argv in [[fixture.path("data")], [fixture.path("none")], [], ["true", "a\u{0}b"]] {
          let outcome = await fixture.run(.exec(Action.Program(argv: argv)))
          #expect(outcome.result.ending == .unstartable)
        }
        counts.append(Files.names(in: "/proc/self/fd").count)
      }
      #expect(counts.allSatisfy { $0 == counts[0] }, "\(counts)")
    }
  }

  @Test(.enabled(if: geteuid() == 0)) func runsAsAnotherUserWithItsGroups() async throws {
    let fixture = try ProbeFixture()
    let outcome = await fixture.run(
      .shell(
        Action.Script(
          text: "id -un; id -gn; id -G; echo $HOME",
          surroundings: .init(user: "nobody"))))
    #expect(outcome.stdout == "nobody\nnogroup\n65534\n/nonexistent\n")
    #expect(outcome.stderr == "")
    let unknown = await fixture.run(
      .exec(Action.Program(argv: ["true"], surroundings: .init(user: "no-such-user"))))
    #expect(unknown.result.ending == .unstartable)
    #expect(unknown.result.message?.contains("no user \"no-such-user\"") == true)
  }

  @Test(arguments: [
    ("t", Duration.zero, Duration.seconds(1), 10, "time-out"),
    ("t", .seconds(-5), .seconds(1), 10, "time-out"),
    ("t", .seconds(1), .seconds(-1), 10, "grace period"),
    ("t", .seconds(1), .seconds(1), -1, "output limit"),
    ("", .seconds(1), .seconds(1), 10, "no name of a run"),
    ("../x", .seconds(1), .seconds(1), 10, "no name of a run"),
    ("a b", .seconds(1), .seconds(1), 10, "no name of a run"),
  ]) func refusesWhatMakesNoSense(
    run: String, timeout: Duration, grace: Duration, limit: Int, words: String,
  ) async throws {
    let fixture = try ProbeFixture()
    let outcome = await fixture.run(
      fixture.shell("true"), run: run, timeout: timeout, grace: grace, outputLimit: limit)
    #expect(outcome.result.ending == .refused)
    #expect(outcome.result.message?.contains(words) == true)
  }

  @Test func asksThePolicy() async throws {
    let fixture = try ProbeFixture()
    let policy = CommandPolicy(name: "careful", level: .observe)
    let refused = await fixture.run(.exec(Action.Program(argv: ["forbidden"])), policy: policy)
    #expect(refused.result.ending == .refused)
    #expect(refused.result.message == "the policy careful does not allow this")
    for action in [
      Action.systemd(operation: .status, unit: "--root=/x"),
      .kubectl(.init(verb: "-get")), .kubectl(.init(verb: "get", namespace: "--x")),
    ] {
      let outcome = await fixture.run(action)
      #expect(outcome.result.ending == .refused)
    }
  }

  @Test func callsSystemctlAndKubectlWithTheirWordsInPlace() async throws {
    let tools = try ProbeFixture.temporaryDirectory()
    defer { ProbeFixture.remove(tools) }
    for tool in ["systemctl", "kubectl"] {
      Files.write("#!/bin/sh\nprintf '<%s>' \"$@\"\n", to: "\(tools)/\(tool)", mode: 0o755)
    }
    let fixture = try ProbeFixture(searchPath: tools)
    let unit = await fixture.run(.systemd(operation: .restart, unit: "a b.service"))
    #expect(unit.stdout == "<--no-ask-password><--no-pager><restart><--><a b.service>")
    let call = Action.KubectlCall(
      verb: "get", resource: "pods", name: "web", namespace: "prod", arguments: ["-o", "yaml"])
    let pods = await fixture.run(.kubectl(call))
    #expect(pods.stdout == "<get><pods><web><--namespace=prod><-o><yaml>")
    let bare = try ProbeFixture(searchPath: "/no/such/directory")
    let missing = await bare.run(.kubectl(call))
    #expect(missing.result.ending == .unstartable)
    #expect(missing.result.message?.hasPrefix("command not found: kubectl") == true)
  }

  @Test func saysWhichSecretIsMissingAndNeverItsValue() async throws {
    let fixture = try ProbeFixture(environment: ["NUL": "vault\u{0}value"])
    Files.write(String(repeating: "v", count: 70_000), to: fixture.path("long"))
    let pipe = fixture.fifo("pipe")
    let cases: [(SecretSource, String)] = [
      (.environment("NONE"), "env: NONE"), (.environment("NUL"), "NUL byte"),
      (.file("/no/such"), "file: /no/such"), (.file(fixture.path("long")), "longer than 65536"),
      (.file(pipe), "a named pipe, not a regular file"), (.file("relative"), "absolute"),
    ]
    for (source, words) in cases {
      let outcome = await fixture.run(fixture.shell("true"), secrets: ["TOKEN": source])
      #expect(outcome.result.ending == .unstartable)
      #expect(outcome.result.message?.contains(words) == true, "\(outcome.result)")
      #expect(outcome.result.message?.contains("vault") == false)
    }
  }

  @Test func redactsWhatARunEchoes() async throws {
    let fixture = try ProbeFixture()
    Files.write("first-line-xyz\nsecond-line-xyz\n", to: fixture.path("secret"))
    let outcome = await fixture.run(
      fixture.shell(
        """
        printf %s "$TOKEN" >&2; echo "$TOKEN" | tail -1; printf %s "$TOKEN" | base64
        printf first-; sleep 0.2; printf 'line-xyz\\n'
        """), secrets: ["TOKEN": .file(fixture.path("secret"))])
    #expect(outcome.stderr == "[REDACTED]")
    #expect(outcome.stdout == "[REDACTED]\n[REDACTED]\n[REDACTED]\n")
  }
}

private final class Count: Sendable {
  private let value = Mutex(0)

  func next() -> Int {
    value.withLock { value in
      value += 1
      return value
    }
  }
}
