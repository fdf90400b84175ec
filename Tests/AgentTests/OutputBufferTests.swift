import Actions
import Testing

/// What is kept of a stream, whatever pieces it comes in.
@Suite struct OutputBufferTests {
  private func bytes(_ count: Int, from start: Int = 0) -> [UInt8] {
    (start..<start + count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
  }

  /// What a collector keeps that follows the rule in the doc of `OutputBuffer`.
  private func kept(_ chunks: [OutputChunk], limit: Int, total: Int) -> [Int: UInt8] {
    var kept: [Int: UInt8] = [:]
    for chunk in chunks {
      for (index, byte) in chunk.bytes.enumerated() {
        let position = Int(chunk.offset) + index
        if position < limit / 2 || position >= total - (limit - limit / 2) {
          kept[position] = byte
        }
      }
    }
    return kept
  }

  @Test(arguments: 0..<60) func keepsHeadAndTailWhateverThePieces(seed: UInt64) {
    var random = SplitMix(state: seed)
    let limit = Int.random(in: 0...600, using: &random)
    let total = Int.random(in: 0...3000, using: &random)
    let stream = bytes(total)
    var buffer = OutputBuffer(.stdout, limit: limit)
    var chunks: [OutputChunk] = []
    var position = 0
    var now = Duration.zero
    while position < total {
      let count = min(Int.random(in: 1...900, using: &random), total - position)
      buffer.append(Array(stream[position..<position + count]).span)
      position += count
      now += .milliseconds(Int.random(in: 0...200, using: &random))
      chunks += buffer.take(at: now)
    }
    chunks += buffer.finish()
    #expect(buffer.total == Int64(total), "seed \(seed)")
    var end: Int64 = 0
    for chunk in chunks {
      #expect(chunk.offset >= end, "seed \(seed)")
      end = chunk.offset + Int64(chunk.bytes.count)
      #expect(
        chunk.bytes == Array(stream[Int(chunk.offset)..<Int(end)]), "seed \(seed)")
    }
    let kept = kept(chunks, limit: limit, total: total)
    for position in 0..<total
    where position < limit / 2 || position >= max(total - (limit - limit / 2), limit / 2) {
      #expect(kept[position] == stream[position], "seed \(seed), limit \(limit)")
    }
  }

  @Test func headLeavesAtOnceAndThenInBatches() {
    var buffer = OutputBuffer(.stderr, limit: 1 << 20)
    #expect(buffer.due == nil)
    buffer.append([1].span)
    #expect(buffer.take(at: .milliseconds(5)).map(\.bytes) == [[1]])
    buffer.append([2].span)
    #expect(buffer.take(at: .milliseconds(50)).isEmpty)
    #expect(buffer.due == .milliseconds(105))
    buffer.append([3].span)
    #expect(buffer.take(at: .milliseconds(105)).map(\.bytes) == [[2, 3]])
    buffer.append(bytes(OutputBuffer.chunkLength).span)
    #expect(buffer.take(at: .milliseconds(106)).count == 1)
  }

  @Test func tailLeavesNowAndThen() {
    var buffer = OutputBuffer(.stdout, limit: 4)
    buffer.append([1, 2, 3].span)
    #expect(buffer.take(at: .zero).map(\.offset) == [0, 2])
    buffer.append([4, 5, 6].span)
    #expect(buffer.take(at: .milliseconds(249)).isEmpty)
    let chunks = buffer.take(at: .milliseconds(250))
    #expect(chunks.map(\.offset).first == 4)
    #expect(chunks.flatMap(\.bytes) == [5, 6])
    #expect(buffer.finish().isEmpty)
  }

  @Test func nothingIsKeptOfNothing() {
    var buffer = OutputBuffer(.stdout, limit: 0)
    buffer.append([1, 2, 3].span)
    #expect(buffer.finish().isEmpty)
    #expect(buffer.total == 3)
  }
}

/// Numbers that a seed determines.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
