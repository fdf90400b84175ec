/// What the strings extension does with texts; places are counted in code points.
package enum TextFunctions {
  /// The offset in bytes of the code point at `index`; nil beyond the end.
  package static func offset(of index: Int64, in bytes: [UInt8]) -> Int? {
    guard index >= 0, index <= bytes.count else { return nil }
    var left = index
    var offset = 0
    while left > 0 {
      guard offset < bytes.count else { return nil }
      offset += 1
      while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
      left -= 1
    }
    return offset
  }

  /// The number of code points before the byte at `offset`.
  package static func index(of offset: Int, in bytes: [UInt8]) -> Int64 {
    var count: Int64 = 0
    for byte in bytes[..<offset] where byte & 0xC0 != 0x80 { count += 1 }
    return count
  }

  /// The text of the bytes of a range.
  package static func text(_ bytes: [UInt8], _ range: Range<Int>) -> String {
    String(decoding: bytes[range], as: UTF8.self)
  }

  /// The code point at `index`; empty at the end, nil beyond it.
  package static func character(of text: String, at index: Int64) -> String? {
    let bytes = Array(text.utf8)
    guard let start = offset(of: index, in: bytes) else { return nil }
    guard let end = offset(of: 1, in: Array(bytes[start...].prefix(4))) else { return "" }
    return Self.text(bytes, start..<(start + end))
  }

  /// The place of the first `needle` from `start` on; -1 where there is none, nil beyond the end.
  package static func firstIndex(
    of needle: String, in text: String, from start: Int64 = 0
  ) -> Int64? {
    let bytes = Array(text.utf8)
    guard let from = offset(of: start, in: bytes) else { return nil }
    let found = TextSearch(for: Array(needle.utf8)).first(in: bytes, from: from)
    return found.map { index(of: $0, in: bytes) } ?? -1
  }

  /// The place of the last `needle` that begins at `end` or before it; -1 where there is none, nil
  /// beyond the end.
  package static func lastIndex(
    of needle: String, in text: String, from end: Int64? = nil
  ) -> Int64? {
    let bytes = Array(text.utf8)
    let reversed = Array(bytes.reversed())
    var last = bytes.count
    if let end {
      guard let offset = offset(of: end, in: bytes) else { return nil }
      last = min(bytes.count, offset + needle.utf8.count)
    }
    let search = TextSearch(for: Array(needle.utf8.reversed()))
    guard let found = search.first(in: reversed, from: bytes.count - last) else { return -1 }
    return index(of: bytes.count - found - needle.utf8.count, in: bytes)
  }

  /// `text` with the letters A to Z small.
  package static func lowerASCII(_ text: String) -> String {
    String(
      decoding: text.utf8.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }, as: UTF8.self)
  }

  /// `text` with the letters a to z large.
  package static func upperASCII(_ text: String) -> String {
    String(
      decoding: text.utf8.map { (0x61...0x7A).contains($0) ? $0 - 0x20 : $0 }, as: UTF8.self)
  }

  /// Where `needle` stands in `text`, to be replaced or to be split at; a negative limit is none.
  package static func places(of needle: String, in text: String, limit: Int64) -> [Int] {
    let most = limit < 0 ? Int.max : Int(clamping: limit)
    if needle.utf8.count == 1, let byte = needle.utf8.first {
      let found = text.utf8.withContiguousStorageIfAvailable { utf8 in
        Self.places(of: byte, in: utf8, limit: most)
      }
      if let found { return found }
    }
    return TextSearch(for: Array(needle.utf8)).all(in: Array(text.utf8), limit: most)
  }

  private static func places(
    of byte: UInt8, in text: UnsafeBufferPointer<UInt8>, limit: Int,
  ) -> [Int] {
    var places: [Int] = []
    for index in text.indices where text[index] == byte {
      guard places.count < limit else { break }
      places.append(index)
    }
    return places
  }

  /// `text` with `length` bytes at each of `places` replaced.
  package static func replaced(
    _ text: [UInt8], at places: [Int], length: Int, with replacement: String
  ) -> String {
    let new = Array(replacement.utf8)
    var result: [UInt8] = []
    result.reserveCapacity(text.count + places.count * (new.count - length))
    var start = 0
    for place in places {
      result += text[start..<place]
      result += new
      start = place + length
    }
    result += text[start...]
    return String(decoding: result, as: UTF8.self)
  }

  /// The parts of `text` between `separator`, at most `limit` of them; a negative limit is none.
  ///
  /// The last part has all that is left. An empty separator gives the code points.
  package static func split(_ text: String, at separator: String, limit: Int64) -> [String] {
    guard limit != 0 else { return [] }
    guard limit != 1 else { return [text] }
    let bytes = Array(text.utf8)
    var places = places(of: separator, in: text, limit: limit < 0 ? -1 : limit - 1)
    if separator.isEmpty {
      guard !bytes.isEmpty else { return [] }
      // Neither before the first code point nor after the last one is anything to part.
      places = Self.places(of: separator, in: text, limit: limit)
        .filter { $0 > 0 && $0 < bytes.count }
      if limit > 0 { places = Array(places.prefix(Int(clamping: limit) - 1)) }
    }
    var result: [String] = []
    var start = 0
    for place in places {
      result.append(Self.text(bytes, start..<place))
      start = place + separator.utf8.count
    }
    result.append(Self.text(bytes, start..<bytes.count))
    return result
  }

  /// `text` without white space at both ends.
  package static func trimmed(_ text: String) -> String {
    let scalars = Array(text.unicodeScalars)
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return "" }
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars[first...last])
    return String(view)
  }

  /// The code points of `text` from the last to the first.
  package static func reversed(_ text: String) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: text.unicodeScalars.reversed())
    return String(view)
  }

  /// `text` in quotation marks, as an expression would have to write it.
  package static func quoted(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    result.append("\"")
    for scalar in text.unicodeScalars {
      if let escape = escape(scalar) {
        result.append("\\")
        result.append(escape)
      } else {
        result.append(scalar)
      }
    }
    result.append("\"")
    return String(result)
  }

  private static func escape(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
    switch scalar {
    case "\u{07}": "a"
    case "\u{08}": "b"
    case "\u{0C}": "f"
    case "\n": "n"
    case "\r": "r"
    case "\t": "t"
    case "\u{0B}": "v"
    case "\\": "\\"
    case "\"": "\""
    default: nil
    }
  }
}
