internal import Resources

extension ExecutionID {
  /// The execution of an occurrence: the same at every attempt to decide it, so that it cannot
  /// start twice.
  ///
  /// `x` and the first 100 bits of a SHA-256, in small base32 digits.
  package init(ofSchedule schedule: String, nominal: Int64, fold: Int) {
    var bytes = Array("writ schedule occurrence\0".utf8)
    bytes.append(contentsOf: schedule.utf8)
    bytes.append(0)
    Self.append(UInt64(bitPattern: nominal), to: &bytes)
    Self.append(UInt64(bitPattern: Int64(fold)), to: &bytes)
    let hash = Digest(of: bytes).bytes
    var text: [UInt8] = [UInt8(ascii: "x")]
    text.reserveCapacity(21)
    var bits: UInt32 = 0
    var count = 0
    for byte in hash.prefix(13) {
      bits = bits << 8 | UInt32(byte)
      count += 8
      while count >= 5, text.count < 21 {
        count -= 5
        let digit = UInt8(truncatingIfNeeded: bits >> UInt32(count) & 31)
        text.append(digit < 26 ? UInt8(ascii: "a") + digit : UInt8(ascii: "2") + digit - 26)
      }
    }
    description = String(decoding: text, as: UTF8.self)
  }

  private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
    for shift in stride(from: UInt64(56), through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }
}
