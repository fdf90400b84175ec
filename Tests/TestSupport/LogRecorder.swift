package import Logging
import Synchronization

/// Keeps what is logged, and tells when something was.
package final class LogRecorder: Sendable {
  private struct State {
    var lines: [String] = []
    var watchers: [(word: String, gate: Gate)] = []
  }

  private let state = Mutex(State())

  package init() {}

  package var lines: [String] { state.withLock(\.lines) }

  package var logger: Logger {
    Logger(label: "test") { _ in RecordingHandler(recorder: self) }
  }

  fileprivate func add(_ line: String) {
    let gates = state.withLock { state in
      state.lines.append(line)
      return state.watchers.filter { line.contains($0.word) }.map(\.gate)
    }
    for gate in gates { gate.open() }
  }

  /// Returns once a line with `word` was logged.
  package func line(with word: String) async {
    let gate = Gate()
    let isThere = state.withLock { state in
      state.watchers.append((word, gate))
      return state.lines.contains { $0.contains(word) }
    }
    if !isThere { await gate.wait() }
  }
}

private struct RecordingHandler: LogHandler {
  let recorder: LogRecorder
  var metadata: Logger.Metadata = [:]
  var metadataProvider: Logger.MetadataProvider?
  var logLevel = Logger.Level.trace

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    recorder.add("\(event.level) \(event.message) \(event.metadata ?? [:])")
  }
}
