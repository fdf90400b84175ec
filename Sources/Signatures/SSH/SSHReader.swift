/// Reads the binary form of RFC 4251: big-endian numbers, and strings with their length before them.
struct SSHReader {
  private let bytes: ArraySlice<UInt8>
  private var index: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    index = bytes.startIndex
  }

  var isAtEnd: Bool { index == bytes.endIndex }

  mutating func byte() -> UInt8? {
    guard index < bytes.endIndex else { return nil }
    defer { index += 1 }
    return bytes[index]
  }

  mutating func number() -> UInt32? {
    guard bytes.endIndex - index >= 4 else { return nil }
    defer { index += 4 }
    return bytes[index..<index + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }

  mutating func string() -> ArraySlice<UInt8>? {
    guard let length = number(), bytes.endIndex - index >= Int(length) else { return nil }
    defer { index += Int(length) }
    return bytes[index..<index + Int(length)]
  }

  /// A string of printable ASCII, as names of algorithms and namespaces are.
  mutating func text() -> String? {
    guard let bytes = string(), bytes.allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A non-negative number without leading zeros, of at most `limit` bytes.
  mutating func magnitude(limit: Int) -> ArraySlice<UInt8>? {
    guard let bytes = string(), let first = bytes.first else { return nil }
    guard first < 0x80 else { return nil }
    let magnitude = first == 0 ? bytes.dropFirst() : bytes
    // Exactly one zero, and only where the number would look negative without it.
    if first == 0, magnitude.first.map({ $0 < 0x80 }) ?? true { return nil }
    return magnitude.count <= limit ? magnitude : nil
  }
}

/// Writes what `SSHReader` reads.
struct SSHWriter {
  private(set) var bytes: [UInt8] = []

  mutating func append(_ number: UInt32) {
    withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func append(_ string: some Collection<UInt8>) {
    append(UInt32(clamping: string.count))
    bytes.append(contentsOf: string)
  }

  mutating func append(raw: some Sequence<UInt8>) { bytes.append(contentsOf: raw) }
}
