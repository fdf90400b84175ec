import Actions
import Engine
import Persistence
import Planning
import Resources
import TestSupport
import Testing
import Workflows

@Suite("The dispatcher")
struct DispatcherTests {
  @Test("takes a run from its request to its end, and the journal tells of each step")
  func success() async throws {
    let shop = try RunWorkshop(["manifests/a.yaml": RunWorkshop.job("a")])
    let started = try shop.service.start("a")
    #expect(started.probes == ["local"])
    #expect(try shop.states() == [], "a request alone is no run")
    await shop.turn()
    #expect(try shop.states() == ["a.local.1 pending"])
    let run = "\(started.execution).local.1"
    #expect(shop.runner.started == [run])
    #expect(shop.runner.request(run)?.environment["WRIT_JOB"] == "a")
    shop.runner.report(run, .started)
    await shop.turn()
    #expect(try shop.states() == ["a.local.1 running"])
    shop.runner.finish(run)
    await shop.turn()
    #expect(try shop.states() == ["a.local.1 success"])
    #expect(
      try shop.kinds(of: "run.") == ["run.queued", "run.sent", "run.started", "run.succeeded"])
    #expect(try shop.kinds(of: "execution.") == ["execution.started", "execution.ended"])
    #expect(try shop.world.store.firstBrokenEvent() == nil)
  }

  @Test("says of each step in the journal who it was, in the order in which they came")
  func actors() async throws {
    let shop = try RunWorkshop([
      "manifests/a.yaml": RunWorkshop.job("a"), "manifests/b.yaml": RunWorkshop.job("b"),
    ])
    let executions = [
      try shop.service.start("a").execution, try shop.service(as: "hook").start("b").execution,
    ]
    await shop.turn()
    let events = try shop.world.store.events(JournalQuery(limit: 10_000)).suffix(6)
    #expect(
      events.map { "\($0.actor) \($0.kind.rawValue) \($0.subject)" }
        == zip(["cli:ana", "hook"], executions).flatMap { actor, execution in
          [
            "\(actor) execution.started Execution/\(execution)",
            "dispatcher run.queued Run/\(execution).local.1",
            "dispatcher run.sent Run/\(execution).local.1",
          ]
        })
  }

  @Test("has what happens in the moment after a commit share the next one")
  func moment() async throws {
    let shop = try RunWorkshop(["manifests/a.yaml": RunWorkshop.job("a")])
    _ = try shop.service.start("a")
    let (clock, dispatcher) = (shop.clock, shop.dispatcher)
    let loop = Task { await dispatcher.run() }
    await clock.waitForSleep(number: 1)
    #expect(clock.pending == [.milliseconds(10)])
    let run = try #require(shop.runner.started.first)
    shop.runner.finish(run)
    #expect(try shop.states() == ["a.local.1 pending"])
    clock.advance(by: .milliseconds(10))
    await clock.waitForSleep(number: 3)
    #expect(try shop.states() == ["a.local.1 success"])
    loop.cancel()
    await loop.value
  }

  @Test("keeps what was asked for while nobody dispatches")
  func durableRequest() async throws {
    let shop = try RunWorkshop(["manifests/a.yaml": RunWorkshop.job("a")])
    _ = try shop.service.start("a")
    shop.restart()
    await shop.turn()
    #expect(shop.runner.started.count == 1)
  }

  @Test("never sends an attempt twice: what may have run when the server died is lost")
  func serverDies() async throws {
    let shop = try RunWorkshop(["manifests/a.yaml": RunWorkshop.job("a")])
    _ = try shop.service.start("a")
    await shop.turn()
    shop.restart()
    await shop.turn()
    await shop.turn()
    #expect(try shop.states() == ["a.local.1 lost serverEnded"])
    #expect(shop.runner.started.count == 1)
  }

  @Test("runs again after an unknown outcome only what says that it may")
  func idempotent() async throws {
    let extra =
      "  idempotent: true\n  onLost: retry\n  retry: {attempts: 2, backoff: {initial: 1s}}\n"
    let shop = try RunWorkshop(["manifests/a.yaml": RunWorkshop.job("a", extra)])
    _ = try shop.service.start("a")
    await shop.turn()
    shop.restart()
    await shop.turn()
    shop.world.wall.advance(seconds: 2)
    await shop.turn()
    shop.runner.finishAll()
    await shop.turn()
    #expect(try shop.states() == ["a.local.1 lost serverEnded", "a.local.2 success"])
  }

  @Test("retries after the back-off, also where the server was restarted meanwhile")
  func retries() async throws {
    let extra = "  retry: {attempts: 3, backoff: {initial: 10s, multiplier: 2}}\n"
    let shop = try RunWorkshop(["manifests/a.yaml": RunWorkshop.job("a", extra)])
    _ = try shop.service.start("a")
    await shop.turn()
    shop.runner.finishAll(exitCode: 3)
    await shop.turn()
    #expect(try shop.states() == ["a.local.1 failed exitCode", "a.local.2 queued backoff"])
    shop.restart()
    shop.world.wall.advance(seconds: 9)
    await shop.turn()
    #expect(shop.runner.started.count == 1)
    shop.world.wall.advance(seconds: 1)
    await shop.turn()
    #expect(shop.runner.started.count == 2)
    shop.runner.finishAll()
    await shop.turn()
    #expect(try shop.states().last == "a.local.2 success")
  }

  @Test("remembers after a restart that a job still holds its place on a probe")
  func forbid() async throws {
    let shop = try RunWorkshop([
      "manifests/a.yaml": RunWorkshop.job("a", "  retry: {attempts: 2, backoff: {initial: 1h}}\n")
    ])
    _ = try shop.service.start("a")
    await shop.turn()
    shop.runner.finishAll(exitCode: 1)
    await shop.turn()
    shop.restart()
    _ = try shop.service.start("a")
    await shop.turn()
    #expect(try shop.states().last == "a.local.1 skipped busy")
  }

  @Test(
    "asks a run to stop, and writes once how it ended, whatever comes first", arguments: 0..<200)
  func races(seed: Int) async throws {
    let shop = try RunWorkshop(["manifests/a.yaml": RunWorkshop.job("a")])
    let started = try shop.service.start("a")
    await shop.turn()
    let run = "\(started.execution).local.1"
    var random = SeededGenerator(seed: UInt64(seed))
    var steps: [() async throws -> Void] = [
      { shop.runner.finish(run, exitCode: Int32(seed % 2)) },
      { _ = try shop.service.stop(.execution(started.execution), .cancel) },
      { _ = try shop.service.stop(.job("a"), .kill) },
      { await shop.turn() }, { await shop.turn() },
    ]
    steps.shuffle(using: &random)
    for step in steps { try await step() }
    shop.runner.report(run, .finished(ActionResult(.killed, signal: 9)))
    await shop.turn()
    let states = try shop.states()
    #expect(states.count == 1, "seed \(seed): \(states)")
    let ends = try shop.kinds(of: "run.").filter {
      ["run.succeeded", "run.failed", "run.canceled", "run.lost"].contains($0)
    }
    #expect(ends.count == 1, "seed \(seed): \(ends)")
  }

  @Test("decides a success by what the job says, over what was written")
  func condition() async throws {
    let shop = try RunWorkshop([
      "manifests/a.yaml": RunWorkshop.job(
        "a", "  success: \"run.exitCode == 0 && run.stdout.contains('fine')\"\n")
    ])
    for (text, expected) in [("all is fine", "success"), ("it is not", "failed condition")] {
      let run = "\(try shop.service.start("a").execution).local.1"
      await shop.turn()
      shop.runner.report(run, .started)
      shop.runner.report(
        run, .output(OutputChunk(stream: .stdout, offset: 0, bytes: Array(text.utf8))))
      shop.runner.finish(run)
      await shop.turn()
      let states = try shop.states()
      #expect(states.last == "a.local.1 \(expected)")
    }
  }

  @Test("keeps the head and the tail of what a run writes")
  func output() async throws {
    let shop = try RunWorkshop([
      "manifests/a.yaml": RunWorkshop.job("a", "  output: {maxBytes: 8B}\n")
    ])
    let id = try #require(RunID("\(try shop.service.start("a").execution).local.1"))
    await shop.turn()
    let bytes = Array("abcdefghijklmnopqrstuvwxyz".utf8)
    var offset = 0
    // The head is over with a piece; the tail begins within one, wherever the output is cut.
    for length in [1, 3, 3, 3, 1, 2, 6, 3, 1] {
      let piece = Array(bytes[offset..<offset + length])
      for stream in OutputChunk.Stream.allCases {
        shop.runner.report(
          id.description,
          .output(OutputChunk(stream: stream, offset: Int64(offset), bytes: piece)))
      }
      await shop.turn()
      offset += length
      let kept = try shop.world.store.output(of: id, after: 0, since: nil, limit: 100)
      for stream in OutputChunk.Stream.allCases {
        let pieces = kept.map(\.chunk).filter { $0.stream == stream }
        let tail = max(4, offset - 4)
        let expected = Array(bytes[..<min(4, offset)] + bytes[min(tail, offset)..<offset])
        #expect(pieces.flatMap(\.bytes) == expected, "after \(offset)")
        for piece in pieces {
          #expect(Array(bytes[Int(piece.offset)...].prefix(piece.bytes.count)) == piece.bytes)
        }
      }
    }
  }
}

@Suite("Stopping for good")
struct RevocationTests {
  @Test(
    "a deleted job is revoked first, what runs is canceled, and a new one of its name stays revoked"
  )
  func deletion() async throws {
    let shop = try RunWorkshop([
      "manifests/a.yaml": RunWorkshop.job("a"), "manifests/b.yaml": RunWorkshop.job("b"),
    ])
    let run = "\(try shop.service.start("a").execution).local.1"
    await shop.turn()
    try shop.world.apply(["manifests/a.yaml": nil])
    let kinds = try shop.kinds()
    let revoked = try #require(kinds.firstIndex(of: "job.revoked"))
    let deleted = try #require(kinds.firstIndex(of: "resource.deleted"))
    #expect(revoked < deleted)
    await shop.turn()
    #expect(Set(shop.runner.stopped) == ["cancel \(run)"])
    shop.runner.report(run, .finished(ActionResult(.canceled, signal: 15)))
    await shop.turn()
    #expect(try shop.states() == ["a.local.1 canceled jobDeleted"])
    try shop.world.apply(["manifests/a.yaml": RunWorkshop.job("a")])
    #expect(throws: StoreError.self) { try shop.service.start("a") }
    #expect(try shop.service.unrevoke("a", reason: "back"))
    _ = try shop.service.start("a")
    await shop.turn()
    #expect(shop.runner.started.count == 2)
  }

  @Test("a rollback of the deletion takes the revocation back")
  func rollback() async throws {
    let shop = try RunWorkshop([
      "manifests/a.yaml": RunWorkshop.job("a"), "manifests/b.yaml": RunWorkshop.job("b"),
    ])
    try shop.world.apply(["manifests/a.yaml": nil])
    #expect(try shop.world.store.revocations().map(\.job) == ["a"])
    try shop.world.rollback(.previous)
    #expect(try shop.world.store.revocations() == [])
    #expect(try shop.service.start("a").probes == ["local"])
  }

  @Test("what an operator revoked stays so over deletion, re-creation and rollback, until unrevoke")
  func operators() async throws {
    let shop = try RunWorkshop([
      "manifests/a.yaml": RunWorkshop.job("a"), "manifests/b.yaml": RunWorkshop.job("b"),
    ])
    #expect(try shop.service.revoke("a", reason: "it deletes too much"))
    #expect(try !shop.service.revoke("a", reason: "again"))
    try shop.world.apply(["manifests/a.yaml": nil])
    try shop.world.rollback(.previous)
    let error = #expect(throws: StoreError.self) { try shop.service.start("a") }
    #expect(error?.message.contains("it deletes too much") == true)
    #expect(error?.code == .blocked)
    #expect(try shop.service.unrevoke("a", reason: ""))
    #expect(try !shop.service.unrevoke("a", reason: ""))
  }

  @Test("a run that waits when its job is revoked is skipped with code 126")
  func waiting() async throws {
    let shop = try RunWorkshop([
      "manifests/a.yaml": RunWorkshop.job("a", "  approval: {required: true}\n")
    ])
    _ = try shop.service.start("a")
    await shop.turn()
    _ = try shop.service.revoke("a", reason: "no")
    await shop.turn()
    let run = try #require(try shop.world.store.runs(RunFilter()).runs.first)
    #expect(run.state == .skipped)
    #expect(run.exitCode == 126)
  }

  @Test("runs as many at a time as a probe may, and the next as soon as one ends")
  func parallelRuns() async throws {
    let shop = try RunWorkshop(
      ["manifests/a.yaml": RunWorkshop.job("a", "  concurrency: allow\n")],
      settings: Dispatcher.Settings(parallelRuns: 2))
    for _ in 0..<4 { _ = try shop.service.start("a") }
    await shop.turn()
    #expect(shop.runner.started.count == 2)
    #expect(try shop.states().count { $0 == "a.local.1 queued capacity" } == 2)
    for started in 3...4 {
      shop.runner.finish(shop.runner.waiting[0])
      await shop.turn()
      #expect(shop.runner.started.count == started)
    }
    shop.runner.finishAll()
    await shop.turn()
    #expect(try shop.states() == Array(repeating: "a.local.1 success", count: 4))
  }
}
