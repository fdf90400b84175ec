/// How the server listens, and the limits that it keeps.
package struct ControlPlaneSettings: Sendable {
  package var host: String
  /// 0 lets the system choose.
  package var port: Int
  /// `server.json` of the data directory.
  package var serverFilePath: String
  package var hookSecret: HookSecret?

  /// How many hooks a second are looked at, on average.
  package var hookRate = 10
  /// How many hooks may come at once.
  package var hookBurst = 20
  package var hookBodyLimit = 1 << 20
  /// The body of any other request.
  package var bodyLimit = 64 << 10
  /// How long a body may take to arrive.
  package var bodyTimeLimit: Duration = .seconds(10)
  /// A connection on which no request arrives for so long is closed.
  package var idleLimit: Duration = .seconds(30)
  package var connectionLimit = 256
  package var headerFieldLimit = 16 << 10
  package var headerListLimit = 32 << 10
  package var headerCountLimit = 100
  /// How long `/v1/reconcile` waits for a pass.
  package var waitLimit: Duration = .seconds(900)
  /// How long `/readyz` waits for the store and the loop.
  package var probeLimit: Duration = .seconds(5)
  /// How long requests may go on after the server was told to stop.
  package var drainLimit: Duration = .seconds(10)
  /// What a refused client may still send before the connection is cut.
  package var lingerByteLimit = 4 << 20
  package var lingerTimeLimit: Duration = .seconds(2)

  package init(
    host: String = "127.0.0.1", port: Int, serverFilePath: String, hookSecret: HookSecret? = nil,
  ) {
    self.host = host
    self.port = port
    self.serverFilePath = serverFilePath
    self.hookSecret = hookSecret
  }
}
