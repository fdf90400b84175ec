/// Texts with `${{ expression }}` in them.
enum Template {
  struct Problem: Error { var reason: String }

  /// The expressions of `text`, without blanks around them, and where they begin, in bytes.
  static func parts(of text: String) throws(Problem) -> [(expression: String, offset: Int)] {
    var result: [(expression: String, offset: Int)] = []
    var rest = text.utf8[...]
    while let start = range(of: "${{", in: rest) {
      rest = rest[start.upperBound...]
      guard let end = range(of: "}}", in: rest) else {
        throw Problem(reason: "a \"${{\" has no \"}}\" after it")
      }
      let inner = rest[..<end.lowerBound]
      guard let first = inner.firstIndex(where: { $0 > 0x20 }),
        let last = inner.lastIndex(where: { $0 > 0x20 })
      else { throw Problem(reason: "there is no expression in \"${{ }}\"") }
      result.append(
        (
          String(decoding: inner[first...last], as: UTF8.self),
          text.utf8.distance(from: text.utf8.startIndex, to: first)
        ))
      rest = rest[end.upperBound...]
    }
    return result
  }

  private static func range(
    of mark: StaticString, in text: Substring.UTF8View,
  ) -> Range<String.Index>? {
    let length = mark.utf8CodeUnitCount
    return mark.withUTF8Buffer { mark in
      var rest = text
      while let start = rest.firstIndex(of: mark[0]) {
        rest = rest[start...]
        if rest.prefix(length).elementsEqual(mark) { return start..<rest.prefix(length).endIndex }
        rest = rest.dropFirst()
      }
      return nil
    }
  }
}
