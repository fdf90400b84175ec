import ControlPlane
import Engine
import Foundation
import Resources
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct ShutdownTests {
  /// A source whose passes last until `end`.
  private func slow(_ begun: Gate, _ end: Gate) -> FakeSource {
    FakeSource { _ throws(SourceError) in
      begun.open()
      await end.wait()
      return .empty
    }
  }

  @Test func aWaitThatEndsInTimeIsAnswered() async throws {
    let (begun, end) = (Gate(), Gate())
    try await withServer(source: slow(begun, end)) { server async throws in
      await begun.wait()
      async let answer = server.command(.POST, "/v1/reconcile", body: #"{"wait":true}"#)
      await server.recorder.line(with: "waiting for a pass")
      await server.stop()
      await server.clock.sleeper(for: .seconds(10))
      end.open()
      #expect(try await answer.status == 200)
      await server.ended.wait()
      #expect(try ServerFile.read(path: server.serverFilePath) == nil)
    }
  }

  @Test func aWaitThatTakesTooLongIsToldSo() async throws {
    let (begun, end) = (Gate(), Gate())
    try await withServer(source: slow(begun, end)) { server async throws in
      await begun.wait()
      async let answer = server.command(.POST, "/v1/reconcile", body: #"{"wait":true}"#)
      await server.recorder.line(with: "waiting for a pass")
      await server.stop()
      await server.clock.sleeper(for: .seconds(10))
      server.clock.advance(by: .seconds(10))
      let late = try await answer
      #expect(late.status == 503)
      #expect(late.errorCode == "shutting-down")
      await server.ended.wait()
    }
  }

  /// A client that neither goes on nor goes away does not hold up the end.
  @Test func whoDoesNotEndIsCutOff() async throws {
    try await withServer({ $0.bodyTimeLimit = .seconds(100) }) { server async throws in
      async let answer = talk(
        to: server.port, "POST /hooks/git HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n12")
      await server.clock.sleeper(for: .seconds(100))
      await server.stop()
      await server.clock.sleeper(for: .seconds(12))
      server.clock.advance(by: .seconds(12))
      await server.ended.wait()
      _ = try? await answer
    }
  }

  @Test func theServerFileIsThereWhileTheServerIs() async throws {
    try await withServer { server async throws in
      let path = server.serverFilePath
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      #expect(attributes[.posixPermissions] as? Int == 0o600)
      let file = try server.serverFile
      #expect(file.address == "http://127.0.0.1:\(server.port)")
      #expect(file.processID == ProcessInfo.processInfo.processIdentifier)
      await server.stop()
      await server.ended.wait()
      #expect(!FileManager.default.fileExists(atPath: path))
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: server.directory)
          .allSatisfy { $0.hasPrefix("writ.db") })
    }
  }

  @Test func aServerFileThatCannotBeWrittenIsAnError() async throws {
    await #expect(throws: ServerFileError.self) {
      try await withServer({ $0.serverFilePath = "/nowhere/server.json" }) { _ in }
    }
  }

  /// A client that sends its head byte by byte, or nothing at all, does not keep its connection.
  @Test(arguments: ["", "GET /healthz HTTP/1.1\r\nX-Slow: "])
  func whoSendsNoRequestIsCutOff(_ start: String) async throws {
    try await withServer({ $0.idleLimit = .milliseconds(20) }) { server async throws in
      #expect(try await talk(to: server.port, start).isEmpty)
    }
  }

  @Test func longHeadersAreRefused() async throws {
    try await withServer { server async throws in
      let long = String(repeating: "a", count: 40 << 10)
      let answer = try await talk(
        to: server.port, "GET /healthz HTTP/1.1\r\nHost: a\r\nX-Long: \(long)\r\n\r\n")
      #expect(answer.hasPrefix("HTTP/1.1 400 "))
    }
  }
}
