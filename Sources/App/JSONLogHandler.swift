import Glibc
import Logging
import Resources

/// Writes one JSON object a line to standard error: `{time, level, message, …metadata}`.
struct JSONLogHandler: LogHandler {
  var logLevel: Logger.Level = .info
  var metadata: Logger.Metadata = [:]

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var members = metadata.merging(event.metadata ?? [:]) { _, new in new }
      .map { Value.Member($0.key, .string("\($0.value)")) }
    members += [
      .init("level", .string(event.level.rawValue)), .init("message", .string("\(event.message)")),
      .init("time", .string(SystemClock().now().description)),
    ]
    let line = CanonicalJSON.bytes(of: .sorted(members)) + [UInt8(ascii: "\n")]
    // One write a line, so that lines of several threads do not mix.
    _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
