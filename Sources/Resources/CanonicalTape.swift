/// Canonical JSON with the places of its values, found in one pass and decoded when asked for.
///
/// It takes what `CanonicalJSON` writes and nothing else: what has white space, keys in another order,
/// escapes in keys or other escapes than needed has no tape, though it may be JSON.
package final class CanonicalTape: Sendable {
  package enum Kind: UInt8, Sendable {
    case null, `false`, `true`, integer, number, plainText, escapedText, array, object
  }

  /// A value; the members of an object are its keys and values by turns.
  struct Node {
    var kind: Kind
    /// The first byte, of a text that behind the quotation mark.
    var start: UInt32
    /// The byte behind the last, of a text the quotation mark.
    var end: UInt32
    /// The node behind the value and all within.
    var next: UInt32 = 0
    /// How many items or members there are.
    var count: UInt32 = 0
  }

  private let bytes: [UInt8]
  private let nodes: [Node]

  /// Nil where `bytes` are not in canonical form, or nested deeper than `JSONReader` reads.
  package init?(_ bytes: [UInt8]) {
    guard let nodes = CanonicalScan.nodes(of: bytes) else { return nil }
    self.bytes = bytes
    self.nodes = nodes
  }

  /// The value that is all of it.
  package var root: Int { 0 }

  package func kind(of node: Int) -> Kind { nodes[node].kind }

  /// How many items or members `node` has.
  package func count(of node: Int) -> Int { Int(nodes[node].count) }

  /// The first item of an array, or the first key of an object, where there is one.
  package func first(in node: Int) -> Int { node + 1 }

  /// The value behind `node`, in the same array or object.
  package func next(after node: Int) -> Int { Int(nodes[node].next) }

  /// The value of the member `key`; nil where `node` has none or is no object.
  package func member(_ key: String, of node: Int) -> Int? {
    guard nodes[node].kind == .object else { return nil }
    let length = key.utf8.count
    // Pointers, because rules look up more than anything else.
    return nodes.withUnsafeBufferPointer { nodes in
      bytes.withUnsafeBufferPointer { bytes in
        var place = node + 1
        for _ in 0..<nodes[node].count {
          let start = Int(nodes[place].start)
          if Int(nodes[place].end) - start == length, Self.isSame(key, bytes, from: start) {
            return place + 1
          }
          place = Int(nodes[place + 1].next)
        }
        return nil
      }
    }
  }

  private static func isSame(
    _ key: String, _ bytes: UnsafeBufferPointer<UInt8>, from start: Int,
  ) -> Bool {
    // Most texts lie there as bytes already, which are compared faster than letter by letter.
    let isSame = key.utf8.withContiguousStorageIfAvailable { key in
      var place = 0
      while place < key.count, bytes[start + place] == key[place] { place += 1 }
      return place == key.count
    }
    return isSame ?? key.utf8.elementsEqual(bytes[start..<(start + key.utf8.count)])
  }

  /// The text that `node` is; empty for what is none.
  package func text(of node: Int) -> String {
    let node = nodes[node]
    return bytes.withUnsafeBufferPointer { bytes in
      let utf8 = UnsafeBufferPointer(rebasing: bytes[Int(node.start)..<Int(node.end)])
      switch node.kind {
      case .plainText: return String(decoding: utf8, as: UTF8.self)
      case .escapedText: return Self.unescaped(utf8)
      default: return ""
      }
    }
  }

  /// Adds the text that `node` is, as UTF-8; nothing for what is none.
  package func addText(of node: Int, to text: inout [UInt8]) {
    let node = nodes[node]
    bytes.withUnsafeBufferPointer { bytes in
      let utf8 = UnsafeBufferPointer(rebasing: bytes[Int(node.start)..<Int(node.end)])
      switch node.kind {
      case .plainText: text.append(contentsOf: utf8)
      case .escapedText:
        var start = 0
        while let index = utf8[start...].firstIndex(of: UInt8(ascii: "\\")) {
          text.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start..<index]))
          let escape = Self.escape(utf8, at: index)
          text.append(escape.byte)
          start = index + escape.length
        }
        text.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start...]))
      default: break
      }
    }
  }

  /// Whether `node` is a text without escapes whose bytes are those of `text`.
  package func isText(_ node: Int, equalTo text: String) -> Bool {
    let node = nodes[node]
    guard node.kind == .plainText, Int(node.end - node.start) == text.utf8.count else {
      return false
    }
    return bytes.withUnsafeBufferPointer { Self.isSame(text, $0, from: Int(node.start)) }
  }

  /// The byte that the escape at `index` stands for, and how long the escape is.
  private static func escape(
    _ utf8: UnsafeBufferPointer<UInt8>, at index: Int,
  ) -> (byte: UInt8, length: Int) {
    if let byte = CanonicalScan.escape(utf8[index + 1]) { return (byte, 2) }
    // The scan has seen that it is `u00xx`.
    let byte = CanonicalScan.digit(utf8[index + 4]) << 4 | CanonicalScan.digit(utf8[index + 5])
    return (byte, 6)
  }

  private static func unescaped(_ utf8: UnsafeBufferPointer<UInt8>) -> String {
    String(unsafeUninitializedCapacity: utf8.count) { text in
      var count = 0
      var index = 0
      while index < utf8.count {
        let byte = utf8[index]
        let next = byte == UInt8(ascii: "\\") ? escape(utf8, at: index) : (byte: byte, length: 1)
        text[count] = next.byte
        index += next.length
        count += 1
      }
      return count
    }
  }

  /// `node` with all within, decoded.
  package func value(of node: Int) -> Value {
    let kind = nodes[node].kind
    switch kind {
    case .null: return .null
    case .false: return .bool(false)
    case .true: return .bool(true)
    case .integer, .number: return number(of: node)
    case .plainText, .escapedText: return .string(text(of: node))
    case .array:
      var items: [Value] = []
      items.reserveCapacity(count(of: node))
      var place = node + 1
      for _ in 0..<count(of: node) {
        items.append(value(of: place))
        place = next(after: place)
      }
      return .array(items)
    case .object:
      var members: [Value.Member] = []
      members.reserveCapacity(count(of: node))
      var place = node + 1
      for _ in 0..<count(of: node) {
        members.append(Value.Member(text(of: place), value(of: place + 1)))
        place = next(after: place + 1)
      }
      return .object(members)
    }
  }

  private func number(of node: Int) -> Value {
    let digits = bytes[Int(nodes[node].start)..<Int(nodes[node].end)]
    guard nodes[node].kind == .integer else {
      return (try? JSONReader.read(Array(digits))) ?? .null
    }
    let isNegative = digits.first == UInt8(ascii: "-")
    var value: Int64 = 0
    for digit in isNegative ? digits.dropFirst() : digits {
      value = value * 10 + Int64(digit - UInt8(ascii: "0"))
    }
    return .integer(isNegative ? -value : value)
  }
}
