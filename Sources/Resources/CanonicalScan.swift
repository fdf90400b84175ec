/// The pass that finds the values of canonical JSON.
struct CanonicalScan {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var nodes: [CanonicalTape.Node] = []
  private var index = 0
  /// All bytes of texts together, which tells whether any is beyond ASCII.
  private var union: UInt8 = 0

  private static let depthLimit = 64
  private static let byteLimit = 16 << 20

  /// The nodes of `bytes`; nil where those are not in canonical form.
  static func nodes(of bytes: [UInt8]) -> [CanonicalTape.Node]? {
    guard bytes.count <= byteLimit else { return nil }
    let found = bytes.withUnsafeBufferPointer { buffer in
      var scan = CanonicalScan(buffer)
      guard scan.value(depth: 1), scan.index == buffer.count else {
        return nil as (nodes: [CanonicalTape.Node], isASCII: Bool)?
      }
      return (scan.nodes, scan.union < 0x80)
    }
    guard let found else { return nil }
    // Quotation marks are ASCII, so the texts are UTF-8 where the whole is.
    guard found.isASCII || String(validating: bytes, as: UTF8.self) != nil else { return nil }
    return found.nodes
  }

  private init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
    nodes.reserveCapacity(8 + bytes.count / 10)
  }

  /// Adds the value that begins here with all within; false where there is none.
  private mutating func value(depth: Int) -> Bool {
    guard index < bytes.count else { return false }
    switch bytes[index] {
    case UInt8(ascii: "{"): return object(depth: depth)
    case UInt8(ascii: "["): return array(depth: depth)
    case UInt8(ascii: "\""): return text()
    case UInt8(ascii: "t"): return word("true", .true)
    case UInt8(ascii: "f"): return word("false", .false)
    case UInt8(ascii: "n"): return word("null", .null)
    default: return number()
    }
  }

  private mutating func add(_ kind: CanonicalTape.Kind, from start: Int, to end: Int) {
    nodes.append(
      CanonicalTape.Node(
        kind: kind, start: UInt32(start), end: UInt32(end), next: UInt32(nodes.count + 1)))
  }

  private mutating func word(_ word: StaticString, _ kind: CanonicalTape.Kind) -> Bool {
    let start = index
    let count = word.utf8CodeUnitCount
    guard bytes.count - start >= count else { return false }
    let isThere = word.withUTF8Buffer { $0.elementsEqual(bytes[start..<(start + count)]) }
    index += count
    add(kind, from: start, to: index)
    return isThere
  }

  // MARK: Arrays and objects

  private mutating func array(depth: Int) -> Bool {
    let node = open(.array, depth: depth)
    if take(UInt8(ascii: "]")) { return close(node, count: 0) && depth <= Self.depthLimit }
    guard depth <= Self.depthLimit else { return false }
    var count: UInt32 = 0
    while value(depth: depth + 1) {
      count += 1
      if take(UInt8(ascii: "]")) { return close(node, count: count) }
      guard take(UInt8(ascii: ",")) else { return false }
    }
    return false
  }

  private mutating func object(depth: Int) -> Bool {
    let node = open(.object, depth: depth)
    if take(UInt8(ascii: "}")) { return close(node, count: 0) && depth <= Self.depthLimit }
    guard depth <= Self.depthLimit else { return false }
    var count: UInt32 = 0
    var last: Int?
    while index < bytes.count, bytes[index] == UInt8(ascii: "\"") {
      let key = nodes.count
      guard text(), nodes[key].kind == .plainText, last.map({ precedes($0, key) }) ?? true,
        take(UInt8(ascii: ":")), value(depth: depth + 1)
      else { return false }
      last = key
      count += 1
      if take(UInt8(ascii: "}")) { return close(node, count: count) }
      guard take(UInt8(ascii: ",")) else { return false }
    }
    return false
  }

  private mutating func open(_ kind: CanonicalTape.Kind, depth: Int) -> Int {
    add(kind, from: index, to: index)
    index += 1
    return nodes.count - 1
  }

  private mutating func close(_ node: Int, count: UInt32) -> Bool {
    nodes[node].count = count
    nodes[node].end = UInt32(index)
    nodes[node].next = UInt32(nodes.count)
    return true
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard index < bytes.count, bytes[index] == byte else { return false }
    index += 1
    return true
  }

  /// Whether the text of the node `one` comes before that of `other`, and is not the same.
  private func precedes(_ one: Int, _ other: Int) -> Bool {
    let (one, other) = (nodes[one], nodes[other])
    let (first, second) = (bytes[Int(one.start)], bytes[Int(other.start)])
    // Most keys differ in their first letter; an empty one has a quotation mark there.
    if first != second, one.end > one.start, other.end > other.start { return first < second }
    return bytes[Int(one.start)..<Int(one.end)]
      .lexicographicallyPrecedes(bytes[Int(other.start)..<Int(other.end)])
  }

  // MARK: Texts and numbers

  private mutating func text() -> Bool {
    index += 1
    let start = index
    var kind = CanonicalTape.Kind.plainText
    skipPlain()
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\"") {
        add(kind, from: start, to: index)
        index += 1
        return true
      }
      guard byte >= 0x20 else { return false }
      union |= byte
      index += 1
      if byte == UInt8(ascii: "\\") {
        kind = .escapedText
        guard skipEscape() else { return false }
        skipPlain()
      }
    }
    return false
  }

  /// Skips what stands for itself and is ASCII, as far as eight such bytes are together.
  private mutating func skipPlain() {
    let low: UInt64 = 0x0101_0101_0101_0101
    while bytes.count - index >= 8 {
      let word = UnsafeRawBufferPointer(bytes).loadUnaligned(fromByteOffset: index, as: UInt64.self)
      // A byte is zero where it is the sign; then its high bit is set below, and perhaps others'.
      let quote = word ^ (low &* UInt64(UInt8(ascii: "\"")))
      let escape = word ^ (low &* UInt64(UInt8(ascii: "\\")))
      let special = (quote &- low) | (escape &- low) | (word &- (low &* 0x20)) | word
      guard special & (low &* 0x80) == 0 else { return }
      index += 8
    }
  }

  private mutating func skipEscape() -> Bool {
    guard index < bytes.count else { return false }
    let byte = bytes[index]
    index += 1
    if Self.escape(byte) != nil { return true }
    guard byte == UInt8(ascii: "u"), index + 4 <= bytes.count,
      bytes[index] == UInt8(ascii: "0"), bytes[index + 1] == UInt8(ascii: "0"),
      Self.isDigit(bytes[index + 2]), Self.isDigit(bytes[index + 3])
    else { return false }
    // What is no control character needs no escape.
    guard Self.digit(bytes[index + 2]) < 2 else { return false }
    index += 4
    return true
  }

  /// The byte that an escape of two characters stands for.
  static func escape(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "\""): 0x22
    case UInt8(ascii: "\\"): 0x5C
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "t"): 0x09
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "r"): 0x0D
    default: nil
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
  }

  /// The value of a hexadecimal digit.
  static func digit(_ byte: UInt8) -> UInt8 { byte < 0x3A ? byte & 0x0F : (byte & 0x0F) + 9 }

  private mutating func number() -> Bool {
    let start = index
    if bytes[index] == UInt8(ascii: "-") { index += 1 }
    let digits = index
    while index < bytes.count, (0x30...0x39).contains(bytes[index]) { index += 1 }
    let count = index - digits
    if count > 0, count <= 18, count == 1 || bytes[digits] != 0x30, !continuesNumber() {
      add(.integer, from: start, to: index)
      return true
    }
    while continuesNumber() { index += 1 }
    let text = Array(bytes[start..<index])
    guard !text.isEmpty, let value = try? JSONReader.read(text) else { return false }
    switch value {
    case .integer, .number: add(.number, from: start, to: index)
    default: return false
    }
    return true
  }

  private func continuesNumber() -> Bool {
    guard index < bytes.count else { return false }
    switch bytes[index] {
    case 0x30...0x39, UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "+"),
      UInt8(ascii: "-"):
      return true
    default: return false
    }
  }
}
