import Engine
import Persistence
import Resources
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct ReconcileTests {
  @Test func withoutWaitItIsAcceptedAtOnce() async throws {
    let (begun, end) = (Gate(), Gate())
    let source = FakeSource { _ throws(SourceError) in
      begun.open()
      await end.wait()
      return .empty
    }
    try await withServer(source: source) { server async throws in
      await begun.wait()
      for body in [nil, "{}", #"{"wait":false}"#] {
        let answer = try await server.command(.POST, "/v1/reconcile", body: body)
        #expect(answer.status == 202)
        #expect(try answer.json == ["accepted": true])
      }
      end.open()
    }
  }

  @Test func applied() async throws {
    let source = FakeSource { _ throws(SourceError) in .init(resources: [.sample("a")]) }
    try await withServer(source: source) { server async throws in
      let value = try await server.reconcile()
      let status = try await server.command(.GET, "/v1/status").json
      #expect(value["formatVersion"] == 1)
      #expect(["applied", "unchanged"].contains(value["result"]?.string))
      #expect(status["counts"] == ["Job": 1])
      #expect(status["liveRevision"] == value["revision"])
      #expect(status["sourceRevision"] == value["revision"])
      #expect(status["formatVersion"] == 1)
      #expect(status["conditions"]?[0]?["type"] == "Ready")
      #expect(status["conditions"]?[0]?["status"] == "True")
    }
  }

  @Test func aPlanThatIsAppliedIsCounted() async throws {
    let source = FakeSource { pass throws(SourceError) in
      .init(resources: (0..<pass).map { .sample("job-\($0)") })
    }
    try await withServer(source: source) { server async throws in
      let value = try await server.reconcile()
      #expect(value["result"] == "applied")
      #expect((value["counts"]?["create"]?.integer ?? 0) > 0)
      #expect(value["plan"]?.string?.count == 64)
      let status = try await server.command(.GET, "/v1/status").json
      #expect(value["stateRoot"] == status["stateRoot"])
    }
  }

  @Test func blockedNamesTheCommands() async throws {
    let source = FakeSource { pass throws(SourceError) in
      .init(resources: pass == 1 ? [.sample("a")] : [])
    }
    try await withServer(source: source) { server async throws in
      _ = try await server.reconcile()
      let value = try await server.reconcile()
      #expect(value["result"] == "blocked")
      let plan = try #require(value["plan"]?.string)
      let block = try #require(value["blocks"]?[0])
      #expect(block["guard"] == "empty-tree")
      #expect(block["command"] == .string("writ ack empty-tree --plan \(plan.prefix(16))"))
      #expect(value["counts"]?["delete"] == 1)
    }
  }

  @Test func invalidHasTheDiagnostics() async throws {
    let location = SourceLocation(
      file: "a.yaml",
      range: SourceRange(
        start: SourcePosition(line: 2, column: 3), end: SourcePosition(line: 2, column: 9)))
    let diagnostics = (0..<1001).map {
      Diagnostic(
        code: "unknown-field", "number \($0)", at: location,
        resource: ResourceKey(kind: "Job", name: "a"), hint: "a hint")
    }
    let source = FakeSource { _ throws(SourceError) in .init(diagnostics: diagnostics) }
    try await withServer(source: source) { server async throws in
      let value = try await server.reconcile()
      #expect(value["result"] == "invalid")
      #expect(value["diagnostics"]?.array?.count == 1000)
      #expect(value["diagnosticsOmitted"] == 1)
      #expect(
        value["diagnostics"]?[0] == [
          "code": "unknown-field", "column": 3, "endColumn": 9, "endLine": 2, "file": "a.yaml",
          "hint": "a hint", "line": 2, "message": "number 0", "resource": "Job/a",
          "severity": "error",
        ])
    }
  }

  @Test func suspendedSaysByWhom() async throws {
    try await withServer { server async throws in
      try server.store.setSuspended(
        Suspension(since: server.wall.now(), actor: "ana", reason: "a fire"), actor: "ana",
        at: server.wall.now())
      let value = try await server.reconcile()
      #expect(value["result"] == "suspended")
      #expect(value["suspension"]?["by"] == "ana")
      let status = try await server.command(.GET, "/v1/status").json
      #expect(status["suspension"]?["reason"] == "a fire")
    }
  }

  @Test func failedSaysWhy() async throws {
    let source = FakeSource { _ throws(SourceError) in
      throw SourceError(.unreachable, "no route", hint: "plug it in")
    }
    try await withServer(source: source) { server async throws in
      let value = try await server.reconcile()
      #expect(value["result"] == "failed")
      #expect(value["failure"] == ["message": "no route; plug it in", "reason": "FetchFailed"])
    }
  }

  @Test(arguments: [
    ("{", "not-json"), ("[]", "wrong-shape"), (#"{"wait":1}"#, "wrong-shape"),
    (#"{"wiat":true}"#, "wrong-shape"), (#"{"wait":true,"wait":true}"#, "not-json"),
  ]) func wrongBodies(_ body: String, _ code: String) async throws {
    try await withServer { server async throws in
      let answer = try await server.command(.POST, "/v1/reconcile", body: body)
      #expect(answer.status == 400)
      #expect(answer.errorCode == code)
    }
  }

  @Test func aLongBodyIsRefused() async throws {
    try await withServer { server async throws in
      let body = String(repeating: " ", count: (64 << 10) + 1)
      #expect(try await server.command(.POST, "/v1/reconcile", body: body).status == 413)
    }
  }

  /// A pass that had begun before the call says nothing about what was pushed before the call.
  @Test func aReconcileDuringAPassWaitsForTheNext() async throws {
    let (begun, end) = (Gate(), Gate())
    let source = FakeSource { pass throws(SourceError) in
      if pass == 1 {
        begun.open()
        await end.wait()
      }
      return .empty
    }
    try await withServer(source: source) { server async throws in
      await begun.wait()
      async let answer = server.reconcile()
      await server.recorder.line(with: "waiting for a pass")
      end.open()
      #expect(try await answer["revision"] == .string(FakeSource.revision(ofPass: 2)))
      #expect(server.source.passes == 2)
    }
  }

  @Test func manyWaitersShareAPass() async throws {
    let (begun, end) = (Gate(), Gate())
    let source = FakeSource { pass throws(SourceError) in
      if pass == 1 {
        begun.open()
        await end.wait()
      }
      return .empty
    }
    try await withServer(source: source) { server async throws in
      await begun.wait()
      let revisions = try await withThrowingTaskGroup(of: Value?.self) { group in
        for _ in 0..<8 { group.addTask { try await server.reconcile()["revision"] } }
        await server.recorder.line(with: "waiting for a pass")
        end.open()
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(!revisions.contains(.string(FakeSource.revision(ofPass: 1))))
    }
  }

  @Test func aPassThatDoesNotEndIsNotWaitedForForever() async throws {
    let begun = Gate()
    let source = FakeSource { _ throws(SourceError) in
      begun.open()
      await Gate().wait()
      return .empty
    }
    try await withServer(source: source) { server async throws in
      await begun.wait()
      async let answer = server.command(.POST, "/v1/reconcile", body: #"{"wait":true}"#)
      await server.clock.sleeper(for: .seconds(900))
      server.clock.advance(by: .seconds(900))
      #expect(try await answer.status == 504)
    }
  }
}
