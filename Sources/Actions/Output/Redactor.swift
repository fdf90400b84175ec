/// Replaces secrets in a stream, however it is cut into pieces.
///
/// Every byte that belongs to an occurrence of a pattern goes; each longest run of such bytes
/// leaves one `[REDACTED]`. Bytes that may yet become an occurrence are held back, never more than
/// the longest pattern has. Takes time linear in the stream, whatever the patterns are
/// (Aho and Corasick's automaton).
package struct Redactor: Sendable {
  /// What stands in the place of secrets.
  package static let mark = Array("[REDACTED]".utf8)

  private let automaton: PatternAutomaton
  private var state: Int32 = 0
  /// How many bytes came in.
  private var position = 0
  /// Bytes that were held back; those before `heldFrom` are gone already.
  private var held: [UInt8] = []
  private var heldFrom = 0
  /// Occurrences among the bytes held back, in order, neither overlapping nor touching.
  private var covers: [Range<Int>] = []
  /// Where the last occurrence ended whose mark was written.
  private var markedUntil = -1

  /// A redactor for `patterns`; empty ones are ignored.
  package init(_ patterns: [[UInt8]]) {
    automaton = PatternAutomaton(patterns)
  }

  /// Reads on, and appends to `output` what is certain.
  package mutating func feed(_ bytes: Span<UInt8>, into output: inout [UInt8]) {
    bytes.withUnsafeBufferPointer { bytes in
      var index = 0
      while index < bytes.count {
        if state == 0 {
          let start = index
          index = automaton.skip(bytes, from: index)
          output.append(contentsOf: bytes[start..<index])
          position += index - start
          guard index < bytes.count else { return }
        }
        held.append(bytes[index])
        position += 1
        state = automaton.step(state, bytes[index])
        let match = automaton.matchLength(state)
        if match > 0 { cover(position - match..<position) }
        release(upTo: position - automaton.depth(state), into: &output)
        index += 1
      }
    }
  }

  /// Appends to `output` what was held back; the stream is over.
  package mutating func finish(into output: inout [UInt8]) {
    release(upTo: position, into: &output)
    state = 0
  }

  private mutating func cover(_ range: Range<Int>) {
    var range = range
    while let last = covers.last, last.upperBound >= range.lowerBound {
      range = min(last.lowerBound, range.lowerBound)..<range.upperBound
      covers.removeLast()
    }
    covers.append(range)
  }

  /// Lets go of what was held back before `end`.
  private mutating func release(upTo end: Int, into output: inout [UInt8]) {
    var from = position - (held.count - heldFrom)
    guard from < end else { return }
    var done = 0
    while from < end {
      var next = end
      if done < covers.count {
        let cover = covers[done]
        if cover.lowerBound <= from {
          if cover.lowerBound > markedUntil { output.append(contentsOf: Self.mark) }
          markedUntil = max(markedUntil, cover.upperBound)
          next = min(end, cover.upperBound)
          if next == cover.upperBound { done += 1 }
          heldFrom += next - from
          from = next
          continue
        }
        next = min(end, cover.lowerBound)
      }
      output.append(contentsOf: held[heldFrom..<heldFrom + next - from])
      heldFrom += next - from
      from = next
    }
    if done > 0 { covers.removeFirst(done) }
    guard heldFrom == held.count || heldFrom > max(held.count / 2, 4096) else { return }
    held.removeFirst(heldFrom)
    heldFrom = 0
  }
}
