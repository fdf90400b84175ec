package import ControlPlane
package import Engine
import Persistence
import Integrations
package import Resources

/// The server of this data directory, as other commands see it.
extension Workspace {
  /// Where a server runs now; nil where none does.
  package func runningServer() throws(StoreError) -> ServerFile? {
    do throws(ServerFileError) {
      return try ServerFile.read(path: data.serverPath)
    } catch {
      throw StoreError(.other, error.message, hint: error.hint)
    }
  }

  /// Makes the running server look at the repository now; nil where none runs.
  ///
  /// - Parameter waits: whether to wait for what comes of it.
  package func askServer(toReconcileAndWait waits: Bool) async throws -> Value? {
    guard let server = try runningServer() else { return nil }
    let client = client(of: server)
    do throws(ServerClientError) {
      let answer = try await client.reconcile(wait: waits)
      await client.shutDown()
      return answer
    } catch {
      await client.shutDown()
      // It ended in between.
      if error.code == .notRunning { return nil }
      throw StoreError(.other, error.message, hint: error.hint)
    }
  }

  /// Tells the running server, if there is one, that something changed that it should look at.
  ///
  /// It would find out by itself at the next poll, so nothing that goes wrong here matters.
  package func pokeServer() async {
    guard let server = try? runningServer() else { return }
    let client = client(of: server)
    _ = try? await client.reconcile(wait: false)
    await client.shutDown()
  }

  /// Tells the running server that something was asked for about runs.
  ///
  /// It would find out by itself within seconds.
  ///
  /// - Returns: whether a server runs.
  package func pokeDispatcher() async -> Bool {
    guard let server = try? runningServer() else { return false }
    let client = client(of: server)
    do throws(ServerClientError) {
      try await client.dispatch()
      await client.shutDown()
      return true
    } catch {
      await client.shutDown()
      return error.code != .notRunning
    }
  }

  private func client(of server: ServerFile) -> ServerClient {
    ServerClient(
      address: server.address, token: server.token.text, dataDirectory: data.path,
      clock: TimerClock())
  }
}
