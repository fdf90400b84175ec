/// Reads one scalar after another from text that is known to be valid UTF-8.
enum UTF8Reading {
  /// The scalar that begins at `index`, and its length in bytes.
  @inline(__always)
  static func scalar(_ byte: (Int) -> UInt8, at index: Int) -> (value: UInt32, length: Int) {
    let first = UInt32(byte(index))
    if first < 0x80 { return (first, 1) }
    let second = UInt32(byte(index + 1)) & 0x3F
    if first < 0xE0 { return ((first & 0x1F) << 6 | second, 2) }
    let third = UInt32(byte(index + 2)) & 0x3F
    if first < 0xF0 { return ((first & 0x0F) << 12 | second << 6 | third, 3) }
    let fourth = UInt32(byte(index + 3)) & 0x3F
    return ((first & 0x07) << 18 | second << 12 | third << 6 | fourth, 4)
  }

  /// The scalar that ends before `index`; nil at the start.
  static func scalar(_ byte: (Int) -> UInt8, before index: Int) -> UInt32? {
    guard index > 0 else { return nil }
    var start = index - 1
    while start > 0, byte(start) & 0xC0 == 0x80 { start -= 1 }
    return scalar(byte, at: start).value
  }
}
