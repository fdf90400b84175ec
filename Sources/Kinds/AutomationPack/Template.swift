/// Texts with `${{ expression }}` in them.
enum Template {
  struct Problem: Error { var reason: String }

  /// The expressions of `text`, without blanks around them.
  static func expressions(in text: String) throws(Problem) -> [String] {
    var result: [String] = []
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
      result.append(String(decoding: inner[first...last], as: UTF8.self))
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

  /// The input that an expression begins with: `host` for `inputs.host[0]`.
  static func input(of expression: String) -> String? {
    guard expression.hasPrefix("inputs.") else { return nil }
    let name = expression.dropFirst(7).prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    return name.isEmpty ? nil : String(name)
  }
}
