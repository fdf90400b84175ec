/// Bytes of URLs and their percent signs.
enum PercentEncoding {
  /// `text` with `%41` and the like resolved; nil where a percent sign begins nothing.
  static func decoded(_ text: ArraySlice<UInt8>, plusIsSpace: Bool) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var index = text.startIndex
    while index < text.endIndex {
      let byte = text[index]
      index += 1
      if byte == UInt8(ascii: "%") {
        guard index + 1 < text.endIndex, let high = hexadecimal(text[index]),
          let low = hexadecimal(text[index + 1])
        else { return nil }
        result.append(high << 4 | low)
        index += 2
      } else {
        result.append(plusIsSpace && byte == UInt8(ascii: "+") ? 0x20 : byte)
      }
    }
    return result
  }

  /// `path` with percent signs for what may not stand in a path.
  static func encodedPath(_ path: [UInt8]) -> String {
    var result: [UInt8] = []
    let digits = Array("0123456789ABCDEF".utf8)
    for byte in path {
      if isUnreserved(byte) || "$&+,/:;=@".utf8.contains(byte) {
        result.append(byte)
      } else {
        result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// Whether `byte` may stand in a path as it is.
  static func mayStandInPath(_ byte: UInt8) -> Bool {
    isUnreserved(byte) || "!$&'()*+,;=:@[]%/".utf8.contains(byte)
  }

  /// Whether `byte` may stand before the `@` of a URL.
  static func mayStandInUser(_ byte: UInt8) -> Bool {
    isUnreserved(byte) || "!$&'()*+,;=:%@".utf8.contains(byte)
  }

  /// Whether `byte` may stand in a host.
  static func mayStandInHost(_ byte: UInt8) -> Bool {
    byte >= 0x80 || isUnreserved(byte) || "!$&'()*+,;=:[]%<>\"".utf8.contains(byte)
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: "-_.~".utf8.contains(byte)
    }
  }

  private static func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: nil
    }
  }
}
