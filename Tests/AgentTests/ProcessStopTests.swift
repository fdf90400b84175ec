import Actions
import Agent
import Glibc
import Synchronization
import Testing

/// How a process ends that was asked to, took too long, or left others behind.
@Suite struct ProcessStopTests {
  /// Runs a script that writes process numbers to a pipe and then `ready`; calls `then` at that.
  private func run(
    _ fixture: ProbeFixture, _ text: String, timeout: Duration = .seconds(60),
    grace: Duration = .seconds(10), run: String = "test.1",
    then: @escaping @Sendable () -> Void,
  ) async -> Outcome {
    let seen = Mutex<[UInt8]>([])
    return await fixture.run(
      fixture.shell(text), run: run, timeout: timeout, grace: grace,
      onOutput: { chunk in
        let isReady = seen.withLock { seen in
          seen += chunk.bytes
          return String(decoding: seen, as: UTF8.self).contains("ready\n")
        }
        if isReady { then() }
      })
  }

  private func pids(_ outcome: Outcome) -> [Int32] {
    outcome.stdout.split(separator: "\n").compactMap { Int32($0) }
  }

  @Test func cancelReachesTheWholeGroup() async throws {
    let fixture = try ProbeFixture()
    let outcome = await run(
      fixture, "sleep 1000 & echo $!; sleep 1000 & echo $!; echo ready; wait"
    ) { fixture.probe.stop("test.1", kill: false) }
    #expect(outcome.result.ending == .canceled)
    #expect(outcome.result.signal == SIGTERM)
    #expect(pids(outcome).count == 2)
    #expect(!pids(outcome).contains(where: Files.isAlive))
  }

  @Test func cancelLetsAProcessEndInItsOwnWay() async throws {
    let fixture = try ProbeFixture()
    let outcome = await run(
      fixture, "trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.01; done"
    ) { fixture.probe.stop("test.1", kill: false) }
    #expect(outcome.result.ending == .canceled)
    #expect(outcome.result.exitCode == 3)
    #expect(outcome.stdout == "ready\nbye\n")
  }

  @Test func whoIgnoresSIGTERMIsKilled() async throws {
    let fixture = try ProbeFixture()
    let outcome = await run(
      fixture, "trap '' TERM; sleep 1000 & echo $!; echo ready; while :; do wait || :; done",
      grace: .milliseconds(100)
    ) { fixture.probe.stop("test.1", kill: false) }
    #expect(outcome.result.ending == .canceled)
    #expect(outcome.result.signal == SIGKILL)
    #expect(!pids(outcome).contains(where: Files.isAlive))
  }

  @Test func whoStandsStillIsCanceledToo() async throws {
    let fixture = try ProbeFixture()
    let outcome = await run(fixture, "echo ready; kill -STOP $$; echo on") {
      fixture.probe.stop("test.1", kill: false)
    }
    #expect(outcome.result.ending == .canceled)
    #expect(outcome.result.signal == SIGTERM)
  }

  @Test func killDoesNotWait() async throws {
    let fixture = try ProbeFixture()
    let outcome = await run(
      fixture, "trap '' TERM; sleep 1000 & echo $!; echo ready; while :; do wait || :; done",
      grace: .seconds(600)
    ) {
      fixture.probe.stop("test.1", kill: false)
      fixture.probe.stop("test.1", kill: true)
    }
    #expect(outcome.result.ending == .killed)
    #expect(outcome.result.signal == SIGKILL)
    #expect(!pids(outcome).contains(where: Files.isAlive))
  }

  @Test func timeOutEndsIt() async throws {
    let fixture = try ProbeFixture()
    let outcome = await run(
      fixture, "sleep 1000 & echo $!; wait", timeout: .milliseconds(300)
    ) {}
    #expect(outcome.result.ending == .timedOut)
    #expect(outcome.result.message?.contains("time-out") == true)
    #expect(!pids(outcome).contains(where: Files.isAlive))
  }

  @Test func noChildOutlivesItsRun() async throws {
    let fixture = try ProbeFixture()
    // One holds the pipe, one does not, one ignores SIGTERM.
    let outcome = await fixture.run(
      fixture.shell(
        """
        sleep 1000 & echo $!
        sleep 1000 >/dev/null 2>&1 & echo $!
        (trap '' TERM; echo set >&2; while :; do sleep 1000; done) >/dev/null & echo $!
        sleep 0.1; exit 4
        """), grace: .milliseconds(200))
    #expect(outcome.result.ending == .completed)
    #expect(outcome.result.exitCode == 4)
    #expect(pids(outcome).count == 3)
    #expect(!pids(outcome).contains(where: Files.isAlive))
  }

  @Test func whoHoldsThePipeHoldsUpNothing() async throws {
    let fixture = try ProbeFixture()
    let outcome = await fixture.run(
      fixture.shell("setsid sleep 300 & echo $!; sleep 0.1"))
    #expect(outcome.result.ending == .completed)
    // It lives on: the run came to its own end, and did not wait for it.
    let daemon = try #require(pids(outcome).first)
    #expect(Files.isAlive(daemon))
    kill(daemon, SIGKILL)
  }

  @Test(arguments: [false, true]) func aStoppedRunTakesItsDaemonsAlong(
    kill: Bool
  ) async throws {
    let fixture = try ProbeFixture()
    let outcome = await run(
      fixture,
      """
      python3 -c 'import os, sys, time
      if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
          os.write(1, b"%d\\n" % os.getpid()); os.write(1, b"ready\\n"); time.sleep(1000)
        os._exit(0)
      os.wait()'
      sleep 1000
      """
    ) { fixture.probe.stop("test.1", kill: kill) }
    #expect(outcome.result.ending == (kill ? .killed : .canceled))
    #expect(pids(outcome).count == 1)
    #expect(!pids(outcome).contains(where: Files.isAlive))
  }

  @Test func aZombieHoldsUpNothing() async throws {
    let fixture = try ProbeFixture()
    let outcome = await fixture.run(
      .exec(
        Action.Program(argv: [
          "python3", "-c",
          "import os, time\nif os.fork() == 0: os._exit(0)\ntime.sleep(0.1)\nprint('done')",
        ])))
    #expect(outcome.result.exitCode == 0)
    #expect(outcome.stdout == "done\n")
  }

  @Test func stopsBeforeAndAfterAreSafe() async throws {
    let fixture = try ProbeFixture()
    fixture.probe.stop("early", kill: false)
    let early = await fixture.run(fixture.shell("echo ran"), run: "early")
    #expect(early.result.ending == .canceled)
    #expect(early.stdout == "")
    let again = await fixture.run(fixture.shell("echo ran"), run: "early")
    #expect(again.result.ending == .completed)
    fixture.probe.stop("early", kill: true)
    fixture.probe.stop("never", kill: true)
  }

  @Test func aRunIsHereOnlyOnce() async throws {
    let fixture = try ProbeFixture()
    let gate = fixture.fifo("gate")
    // Both ways, so that opening waits for nobody.
    let descriptor = open(gate, O_RDWR | O_CLOEXEC)
    defer { close(descriptor) }
    let (started, signal) = AsyncStream.makeStream(of: Void.self)
    async let first = fixture.run(
      fixture.shell("read x < \(gate); echo $x"), run: "one", onStarted: { signal.yield() })
    for await _ in started { break }
    let second = await fixture.run(fixture.shell("echo second"), run: "one")
    #expect(second.result.ending == .unstartable)
    _ = write(descriptor, "go\n", 3)
    #expect(await first.stdout == "go\n")
  }

  @Test func a200RacesOfStopAgainstEndGiveOneResultEach() async throws {
    let fixture = try ProbeFixture()
    var endings: [ActionResult.Ending: Int] = [:]
    for index in 0..<200 {
      let name = "race.\(index)"
      async let outcome = fixture.run(.exec(Action.Program(argv: ["true"])), run: name)
      // From before it has begun until after it has ended.
      let until = ContinuousClock.now + .microseconds(index * 20)
      while ContinuousClock.now < until { sched_yield() }
      fixture.probe.stop(name, kill: index % 2 == 0)
      let result = await outcome.result
      endings[result.ending, default: 0] += 1
      #expect([.completed, .canceled, .killed].contains(result.ending))
      if result.ending == .completed { #expect(result.exitCode == 0) }
    }
    #expect(endings.values.reduce(0, +) == 200)
  }

  @Test func aCanceledTaskCancelsItsRun() async throws {
    do {
      let fixture = try ProbeFixture()
      let (started, signal) = AsyncStream.makeStream(of: Void.self)
      let outcome = await withTaskGroup(of: Outcome?.self) { group in
        group.addTask {
          await fixture.run(
            .exec(Action.Program(argv: ["sleep", "1000"])), onStarted: { signal.yield() })
        }
        for await _ in started { break }
        group.cancelAll()
        return await group.next() ?? nil
      }
      #expect(outcome?.result.ending == .canceled)
      #expect(outcome?.result.signal == SIGTERM)
    }
  }

  @Test func recoveryEndsWhatAnEarlierLifeLeft() async throws {
    let fixture = try ProbeFixture()
    let other = try ProbeFixture.temporaryDirectory()
    defer { ProbeFixture.remove(other) }
    let recovered = Mutex<[LeftOver]>([])
    let outcome = await run(
      fixture, "sleep 1000 & echo $!; setsid sleep 1000 & echo $!; sleep 0.2; echo ready; wait"
    ) {
      // The record as a crash would leave it.
      for name in ["runs", "name"] {
        Files.write(Files.read(fixture.path("probe/\(name)")) ?? "", to: "\(other)/\(name)")
      }
      let next = try? LocalProbe(
        directory: other, surroundings: .init(environment: { _ in nil }),
        admission: Admission(refusal: { _, _ in nil }, permitsPath: { _, _ in true }))
      recovered.withLock { $0 = next?.recover() ?? [] }
      #expect(next?.recover().first?.killed == 0)
    }
    #expect(recovered.withLock { $0.map(\.run) } == ["test.1"])
    #expect(recovered.withLock { $0.first?.killed ?? 0 } >= 3)
    #expect(outcome.result.signal == SIGKILL)
    #expect(!pids(outcome).contains(where: Files.isAlive))
    #expect(Files.read("\(other)/runs")?.contains("test.1") == false)
  }

  @Test func recoveryTouchesNobodyElse() async throws {
    let directory = try ProbeFixture.temporaryDirectory()
    defer { ProbeFixture.remove(directory) }
    let boot = (Files.read("/proc/sys/kernel/random/boot_id") ?? "").prefix { $0 != "\n" }
    // This very process under another time of start, its parent in another boot, and nonsense.
    let lines = [
      "mine \(getpid()) 1 2 \(boot)", "old \(getppid()) 0 999999999 other-boot", "garbage",
      "x y z w v", "neg -4 1 2 \(boot)", "one 1 1 2 \(boot)",
    ]
    let text = lines.map { $0 + String(repeating: " ", count: 255 - $0.utf8.count) + "\n" }
    Files.write(text.joined(), to: "\(directory)/runs")
    let probe = try LocalProbe(
      directory: directory, surroundings: .init(environment: { _ in nil }),
      admission: Admission(refusal: { _, _ in nil }, permitsPath: { _, _ in true }))
    #expect(
      probe.recover() == [
        LeftOver(run: "mine", killed: 0), LeftOver(run: "old", killed: 0),
        LeftOver(run: "one", killed: 0),
      ])
    #expect(throws: ProbeError.self) {
      try LocalProbe(
        directory: directory, surroundings: .init(environment: { _ in nil }),
        admission: Admission(refusal: { _, _ in nil }, permitsPath: { _, _ in true }))
    }
    withExtendedLifetime(probe) {}
  }
}
