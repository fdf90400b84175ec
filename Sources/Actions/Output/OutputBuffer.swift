/// What is kept of one stream of a run: its beginning and its end, in memory that has a bound.
///
/// Half of the limit is the head: its bytes leave in order, nothing cut. After that the buffer
/// keeps only the last bytes, another half, and gives out what is new of them now and then; what
/// came and went in between is cut, which shows as a gap between the offsets of chunks. Whoever
/// collects the chunks keeps the head, and of the rest the last half of the limit.
///
/// Time is an argument: how long ago the run began.
package struct OutputBuffer: Sendable {
  /// How many bytes a chunk has at most.
  package static let chunkLength = 64 << 10
  /// How long the head gathers bytes before they leave.
  package static let headDelay = Duration.milliseconds(100)
  /// How long the tail gathers bytes before what is left of them leaves.
  package static let tailDelay = Duration.milliseconds(250)

  package let stream: OutputChunk.Stream
  private let headLimit: Int64
  private let tailLimit: Int64
  /// How many bytes came in all.
  package private(set) var total: Int64 = 0
  /// Bytes of the head that did not leave yet.
  private var head: [UInt8] = []
  /// The last bytes after the head; the one at `position` stands at
  /// `(position - headLimit) % tailLimit`.
  private var ring: [UInt8] = []
  /// Up to where bytes left, or were cut.
  private var given: Int64 = 0
  private var lastGiven: Duration?

  /// An empty buffer that keeps `limit` bytes; none where that is less than one.
  package init(_ stream: OutputChunk.Stream, limit: Int) {
    self.stream = stream
    headLimit = Int64(max(limit, 0) / 2)
    tailLimit = Int64(max(limit, 0)) - headLimit
  }

  /// Adds what the stream had next.
  package mutating func append(_ bytes: Span<UInt8>) {
    bytes.withUnsafeBufferPointer { bytes in
      let toHead = Int(min(max(headLimit - total, 0), Int64(bytes.count)))
      head.append(contentsOf: bytes[..<toHead])
      appendToRing(bytes, from: toHead)
      total += Int64(bytes.count)
    }
  }

  /// When something should leave; nil while there is nothing.
  package var due: Duration? {
    guard hasNews else { return nil }
    guard let lastGiven, head.count < Self.chunkLength else { return .zero }
    return lastGiven + (head.isEmpty ? Self.tailDelay : Self.headDelay)
  }

  /// Takes out what is due at `now`; see `finish()` for the rest.
  package mutating func take(at now: Duration) -> [OutputChunk] {
    guard let due, due <= now else { return [] }
    lastGiven = now
    return finish()
  }

  /// Takes out all that is left.
  package mutating func finish() -> [OutputChunk] {
    var chunks: [OutputChunk] = []
    cut(head, at: given, into: &chunks)
    given += Int64(head.count)
    head = []
    let start = max(given, headLimit, total - tailLimit)
    guard start < total else { return chunks }
    let from = Int((start - headLimit) % tailLimit)
    let count = Int(total - start)
    let untilWrap = min(count, ring.count - from)
    cut(ring[from..<from + untilWrap], at: start, into: &chunks)
    cut(ring[..<(count - untilWrap)], at: start + Int64(untilWrap), into: &chunks)
    given = total
    return chunks
  }

  private var hasNews: Bool {
    !head.isEmpty || (tailLimit > 0 && total > max(given, headLimit))
  }

  private func cut(
    _ bytes: some RandomAccessCollection<UInt8>, at offset: Int64, into chunks: inout [OutputChunk],
  ) {
    var rest = bytes[...]
    var offset = offset
    while !rest.isEmpty {
      let part = rest.prefix(Self.chunkLength)
      chunks.append(OutputChunk(stream: stream, offset: offset, bytes: Array(part)))
      rest = rest.dropFirst(part.count)
      offset += Int64(part.count)
    }
  }

  private mutating func appendToRing(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) {
    guard tailLimit > 0, start < bytes.count else { return }
    let first = max(start, bytes.count - Int(tailLimit))
    var position = Int((total + Int64(first) - headLimit) % tailLimit)
    var rest = bytes[first...]
    if first > start, ring.count < tailLimit {
      // More at once than the tail holds: whatever the ring had is overwritten.
      ring = [UInt8](repeating: 0, count: Int(tailLimit))
    }
    while !rest.isEmpty {
      let count = min(rest.count, Int(tailLimit) - position)
      let part = rest.prefix(count)
      if position == ring.count {
        ring.append(contentsOf: part)
      } else {
        ring.replaceSubrange(position..<min(position + count, ring.count), with: part)
      }
      rest = rest.dropFirst(count)
      position = (position + count) % Int(tailLimit)
    }
  }
}
