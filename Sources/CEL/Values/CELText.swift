/// Strings as the language sees them: sequences of code points, never normalised.
///
/// Swift's own `==` and `hash` take canonically equivalent strings for the same, which would let a
/// look-alike through a rule.
package enum CELText {
  /// Whether both have the same code points.
  package static func areEqual(_ left: String, _ right: String) -> Bool {
    let count = left.utf8.count
    guard count == right.utf8.count else { return false }
    return left.utf8.elementsEqual(right.utf8)
  }

  /// Whether `left` sorts before `right` by code point, which is the order of UTF-8 bytes.
  package static func isLess(_ left: String, _ right: String) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
  }

  /// How many code points `text` has.
  package static func count(_ text: String) -> Int {
    var count = 0
    for byte in text.utf8 where byte & 0xC0 != 0x80 { count += 1 }
    return count
  }

  /// Whether `text` begins with the code points of `prefix`.
  package static func hasPrefix(_ text: String, _ prefix: String) -> Bool {
    text.utf8.starts(with: prefix.utf8)
  }

  /// Whether `text` ends with the code points of `suffix`.
  package static func hasSuffix(_ text: String, _ suffix: String) -> Bool {
    let surplus = text.utf8.count - suffix.utf8.count
    guard surplus >= 0 else { return false }
    return text.utf8.dropFirst(surplus).elementsEqual(suffix.utf8)
  }

  /// Whether `needle` stands somewhere in `text`.
  package static func contains(_ text: String, _ needle: String) -> Bool {
    let text = Array(text.utf8)
    let needle = Array(needle.utf8)
    guard let first = needle.first else { return true }
    guard needle.count <= text.count else { return false }
    if needle.count > 16 { return TextSearch(for: needle).first(in: text) != nil }
    for start in 0...(text.count - needle.count) where text[start] == first {
      var length = 1
      while length < needle.count, text[start + length] == needle[length] { length += 1 }
      if length == needle.count { return true }
    }
    return false
  }
}
