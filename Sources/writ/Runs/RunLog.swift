import Actions
import App
import Engine
import Glibc
import Persistence
import Rendering
import Resources
import Workflows

typealias OutputStream = OutputChunk.Stream

/// Prints what a run wrote, as it comes.
struct RunLog {
  let store: Store
  let format: OutputFormat
  /// Only this stream; nil for both.
  let stream: OutputStream?
  let since: Timestamp?

  /// So many pieces are read at a time.
  private static let batch = 256
  /// How long it waits between two looks.
  private static let pause: Duration = .milliseconds(100)

  init(
    _ store: Store, format: OutputFormat, stream: OutputStream? = nil, since: Timestamp? = nil,
  ) {
    self.store = store
    self.format = format
    self.stream = stream
    self.since = since
  }

  /// How far it was printed.
  struct Place {
    var sequence: Int64 = 0
    /// Where the next piece of each stream should begin.
    var ends: [OutputStream: Int64] = [:]
    var hasBegun: Set<OutputStream> = []
  }

  /// - Parameter follows: whether to go on until the run has ended.
  func print(_ run: Run, follows: Bool) async throws {
    var place = Place()
    let clock = TimerClock()
    while true {
      // First the state and then the output: what ends in between is seen in the next round.
      let isOver = try store.runs(named: run.id.description, limit: 1).first?.state.isTerminal
      try printNew(run.id, &place)
      if !follows || isOver != false { break }
      try await clock.sleep(for: Self.pause)
    }
    guard let run = try store.runs(named: run.id.description, limit: 1).first else { return }
    for (name, total) in [(OutputStream.stdout, run.stdoutBytes), (.stderr, run.stderrBytes)] {
      // What was cut at the end, such as while the disk was full.
      if stream == nil || stream == name, since == nil, let end = place.ends[name], total > end {
        note(name, total - end)
      }
    }
    if format == .text, !run.state.isTerminal, !follows {
      Terminal.writeError(
        "writ: \(run.id) is \(run.state.rawValue); go on with: writ logs -f \(run.id)")
    }
  }

  /// Prints what is new of a run.
  func printNew(_ run: RunID, _ place: inout Place) throws {
    while true {
      let pieces = try store.output(
        of: run, after: place.sequence, since: since, limit: Self.batch)
      for piece in pieces {
        place.sequence = piece.sequence
        let chunk = piece.chunk
        if let stream, chunk.stream != stream { continue }
        let expected = place.ends[chunk.stream] ?? (since == nil ? 0 : chunk.offset)
        if chunk.offset > expected { note(chunk.stream, chunk.offset - expected) }
        place.ends[chunk.stream] = chunk.offset + Int64(chunk.bytes.count)
        write(piece, run)
      }
      if pieces.count < Self.batch { return }
    }
  }

  private func write(_ piece: StoredOutput, _ run: RunID) {
    switch format {
    case .json:
      let text = String(decoding: piece.chunk.bytes, as: UTF8.self)
      Terminal.writeJSON([
        "offset": .integer(piece.chunk.offset), "run": .string(run.description),
        "stream": .string(piece.chunk.stream.rawValue), "text": .string(text),
        "time": .string(piece.time.description),
      ])
    case .text:
      let descriptor = piece.chunk.stream == .stdout ? STDOUT_FILENO : STDERR_FILENO
      let bytes = piece.chunk.bytes
      Terminal.write(isatty(descriptor) == 1 ? Self.harmless(bytes) : bytes, to: descriptor)
    }
  }

  private func note(_ stream: OutputStream, _ count: Int64) {
    Terminal.writeError("writ: \(count) bytes of \(stream.rawValue) were cut here")
  }

  /// Without what a terminal would take for commands, except colours and tabs.
  static func harmless(_ bytes: [UInt8]) -> [UInt8] {
    bytes.map { byte in
      let isFine = byte >= 0x20 && byte != 0x7f || [0x09, 0x0a, 0x0d].contains(byte)
      return isFine ? byte : UInt8(ascii: "?")
    }
  }
}
