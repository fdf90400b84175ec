import ControlPlane
import Engine
import Integrations
import Resources
import TestSupport
import Testing

/// The client of `writ reconcile` and the server, with each other.
@Suite(.timeLimit(.minutes(5))) struct ServerClientTests {
  private func withClient(
    of server: Running, token: String? = nil, _ body: (ServerClient) async throws -> Void,
  ) async throws {
    let file = try server.serverFile
    let client = ServerClient(
      address: file.address, token: token ?? file.token.text, dataDirectory: server.directory,
      clock: ContinuousClock())
    do {
      try await body(client)
    } catch {
      Issue.record(error)
    }
    await client.shutDown()
  }

  @Test func reconcilesAndAsks() async throws {
    try await withServer { server async throws in
      try await withClient(of: server) { client async throws in
        #expect(try await client.reconcile(wait: false) == ["accepted": true])
        let value = try await client.reconcile(wait: true)
        #expect(value["result"] == "unchanged")
        #expect(try await client.status()["liveRevision"]?.string != nil)
      }
    }
  }

  @Test func aWrongTokenIsTold() async throws {
    try await withServer { server async throws in
      try await withClient(of: server, token: "wrong") { client async throws in
        let error = await #expect(throws: ServerClientError.self) { try await client.status() }
        #expect(error?.code == .unauthorized)
      }
    }
  }

  @Test func aServerThatIsGoneIsTold() async throws {
    try await withServer { server async throws in
      try await withClient(of: server) { client async throws in
        await server.stop()
        await server.ended.wait()
        let error = await #expect(throws: ServerClientError.self) {
          try await client.reconcile(wait: true)
        }
        #expect(error?.message == "no server is running for \(server.directory)")
        #expect(error?.hint == "start one with: writ serve --data-dir \(server.directory)")
      }
    }
  }
}
