internal import Glibc

/// Why the server cannot listen.
package struct ControlPlaneError: Error, Hashable, Sendable, CustomStringConvertible {
  package var message: String
  package var hint: String

  init(host: String, port: Int, _ code: Int32) {
    message = "cannot listen on \(host):\(port): \(String(cString: strerror(code)))"
    hint =
      code == EADDRINUSE
      ? "another program has that port; name another one with --listen, or 0 for any"
      : "name another address with --listen"
  }

  package var description: String { message }
}
