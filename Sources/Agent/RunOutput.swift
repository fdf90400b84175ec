internal import Actions
internal import Glibc

/// The two streams of a run: secrets are taken out, and the middle of what is too long.
struct RunOutput: Sendable {
  private struct Stream: Sendable {
    var buffer: OutputBuffer
    var redactor: Redactor?
  }

  private var stdout: Stream
  private var stderr: Stream
  private let began = MonotonicTime.now
  private let onOutput: @Sendable (OutputChunk) -> Void

  init(
    limit: Int, secrets: SecretForms, onOutput: @escaping @Sendable (OutputChunk) -> Void,
  ) {
    let redactor = secrets.patterns.isEmpty ? nil : Redactor(secrets.patterns)
    stdout = Stream(buffer: OutputBuffer(.stdout, limit: limit), redactor: redactor)
    stderr = Stream(buffer: OutputBuffer(.stderr, limit: limit), redactor: redactor)
    self.onOutput = onOutput
  }

  var stdoutBytes: Int64 { stdout.buffer.total }
  var stderrBytes: Int64 { stderr.buffer.total }

  /// When there is something to give out; nil while there is not.
  var due: MonotonicTime? {
    switch (stdout.buffer.due, stderr.buffer.due) {
    case (let a?, let b?): began + min(a, b)
    case (let a?, nil): began + a
    case (nil, let b?): began + b
    case (nil, nil): nil
    }
  }

  mutating func append(_ bytes: Span<UInt8>, to stream: OutputChunk.Stream) {
    switch stream {
    case .stdout: Self.append(bytes, to: &stdout)
    case .stderr: Self.append(bytes, to: &stderr)
    }
  }

  mutating func append(_ text: some Collection<UInt8>, to stream: OutputChunk.Stream) {
    append(Array(text).span, to: stream)
  }

  /// Gives out what is due.
  mutating func give() {
    let now = MonotonicTime.now - began
    for chunk in stdout.buffer.take(at: now) { onOutput(chunk) }
    for chunk in stderr.buffer.take(at: now) { onOutput(chunk) }
  }

  /// Gives out all that is left; the streams are over.
  mutating func finish() {
    Self.finish(&stdout)
    Self.finish(&stderr)
    for chunk in stdout.buffer.finish() { onOutput(chunk) }
    for chunk in stderr.buffer.finish() { onOutput(chunk) }
  }

  private static func append(_ bytes: Span<UInt8>, to stream: inout Stream) {
    guard stream.redactor != nil else {
      stream.buffer.append(bytes)
      return
    }
    var clean: [UInt8] = []
    clean.reserveCapacity(bytes.count)
    stream.redactor?.feed(bytes, into: &clean)
    stream.buffer.append(clean.span)
  }

  private static func finish(_ stream: inout Stream) {
    var rest: [UInt8] = []
    stream.redactor?.finish(into: &rest)
    stream.buffer.append(rest.span)
  }
}
