/// Finds one run of bytes in another in time linear in both.
package struct TextSearch: Sendable {
  private let needle: [UInt8]
  /// For each length of a partial match the length that remains when the next byte differs.
  private let fallback: [Int]

  /// Prepares a search for `needle`.
  package init(for needle: [UInt8]) {
    self.needle = needle
    var fallback = [Int](repeating: 0, count: needle.count + 1)
    var length = 0
    for index in needle.indices.dropFirst() {
      while length > 0, needle[index] != needle[length] { length = fallback[length] }
      if needle[index] == needle[length] { length += 1 }
      fallback[index + 1] = length
    }
    self.fallback = fallback
  }

  /// The offset of the first occurrence in `text` from `start` on; nil where there is none.
  package func first(in text: [UInt8], from start: Int = 0) -> Int? {
    guard let head = needle.first else { return start <= text.count ? start : nil }
    // Pointers, because this looks at every byte of the text.
    return text.withUnsafeBufferPointer { text in
      var length = 0
      var index = start
      while index < text.count {
        if length == 0 {
          while index < text.count, text[index] != head { index += 1 }
          if index == text.count { return nil }
        }
        while length > 0, text[index] != needle[length] { length = fallback[length] }
        if text[index] == needle[length] { length += 1 }
        index += 1
        if length == needle.count { return index - length }
      }
      return nil
    }
  }

  /// The offsets of the occurrences in `text` that do not overlap, at most `limit` of them.
  ///
  /// An empty needle occurs before each code point and at the end.
  package func all(in text: [UInt8], limit: Int = .max) -> [Int] {
    var result: [Int] = []
    guard !needle.isEmpty else {
      for index in 0...text.count where result.count < limit {
        if index == text.count || text[index] & 0xC0 != 0x80 { result.append(index) }
      }
      return result
    }
    var start = 0
    while result.count < limit, let found = first(in: text, from: start) {
      result.append(found)
      start = found + needle.count
    }
    return result
  }
}
