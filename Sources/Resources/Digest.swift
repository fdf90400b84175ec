internal import Crypto

/// A SHA-256 of canonical bytes.
package struct Digest: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// Four words, big-endian, so that a digest needs no allocation.
  private var words: (UInt64, UInt64, UInt64, UInt64)

  package init(of bytes: some Sequence<UInt8>) {
    self.init(of: Array(bytes))
  }

  package init(of bytes: [UInt8]) {
    let hash = SHA256.hash(data: bytes)
    self = hash.withUnsafeBytes { Digest(raw: $0) }
  }

  private init(raw: UnsafeRawBufferPointer) {
    func word(_ index: Int) -> UInt64 {
      UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
    }
    words = (word(0), word(1), word(2), word(3))
  }

  /// A digest of exactly 32 `bytes`; nil for another count.
  package init?(bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    self = bytes.withUnsafeBytes { Digest(raw: $0) }
  }

  /// A digest out of 64 hexadecimal digits.
  package init?(hex: some StringProtocol) {
    guard let bytes = Hex.bytes(of: hex), let digest = Digest(bytes: bytes) else { return nil }
    self = digest
  }

  package var bytes: [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(32)
    append(to: &result)
    return result
  }

  package func append(to bytes: inout [UInt8]) {
    for word in [words.0, words.1, words.2, words.3] {
      withUnsafeBytes(of: word.bigEndian) { bytes.append(contentsOf: $0) }
    }
  }

  /// Gives the 32 bytes to `body`, without an array for them.
  package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    let ordered = (
      words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian
    )
    return withUnsafeBytes(of: ordered, body)
  }

  /// The first 63 bits, as a non-negative integer.
  package var prefix63: Int64 { Int64(bitPattern: words.0 >> 1) }

  package var description: String { Hex.text(of: bytes) }

  /// The first sixteen digits, enough for a person and for `--plan`.
  package var abbreviated: String { String(description.prefix(16)) }

  package static func == (a: Digest, b: Digest) -> Bool { a.words == b.words }

  package static func < (a: Digest, b: Digest) -> Bool { a.words < b.words }

  package func hash(into hasher: inout Hasher) { hasher.combine(words.0) }

  /// Where nothing is: the root of an empty state, the first journal event's predecessor.
  package static let zero = Digest(zero: ())

  private init(zero: Void) { words = (0, 0, 0, 0) }
}
