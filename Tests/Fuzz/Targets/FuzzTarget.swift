/// A reader of bytes from outside, and what it promises for any bytes.
package struct FuzzTarget: Sendable {
  /// The word that `make fuzz TARGETS=…` takes, and the name of its corpus.
  package let name: String
  /// Reads the bytes and throws at the first promise that is not kept.
  package let check: @Sendable (Span<UInt8>) throws(BrokenPromise) -> Void

  /// Sorted by name.
  package static let all: [FuzzTarget] = [
    .cron, .expression, .formats, .hook, .journal, .json, .manifest, .plan, .remote, .signatures,
    .snapshots, .yaml,
  ]
}

/// What a reader promises and did not keep for some bytes.
package struct BrokenPromise: Error, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}

func require(
  _ isKept: Bool, _ promise: @autoclosure () -> String,
) throws(BrokenPromise) {
  if !isKept { throw BrokenPromise(promise()) }
}

extension Span<UInt8> {
  var array: [UInt8] { withUnsafeBufferPointer { Array($0) } }
  /// As text; bytes that are not UTF-8 become replacement characters, as for a lenient reader.
  var text: String { withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) } }
}
