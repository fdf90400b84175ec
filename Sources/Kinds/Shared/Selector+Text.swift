package import Resources

extension Selector {
  /// Reads a selector as kubectl takes it: `role=db,site in (berlin,rome),!old`.
  ///
  /// - Returns: the canonical selector, for ``matches(_:labels:)``.
  package static func parse(_ text: String) throws(TextFormat.Problem) -> Value {
    var expressions: [Value] = []
    for part in try requirements(text) { expressions.append(try expression(part)) }
    return ["matchExpressions": .array(expressions)]
  }

  /// The parts between the commas that are not in parentheses.
  private static func requirements(_ text: String) throws(TextFormat.Problem) -> [String] {
    var parts = [""]
    var depth = 0
    for character in text {
      if character == "(" { depth += 1 }
      if character == ")" { depth -= 1 }
      guard (0...1).contains(depth) else {
        throw TextFormat.Problem("its parentheses do not match")
      }
      if character == ",", depth == 0 {
        parts.append("")
      } else {
        parts[parts.count - 1].append(character)
      }
    }
    guard depth == 0 else { throw TextFormat.Problem("its parentheses do not match") }
    guard parts.count <= 64 else { throw TextFormat.Problem("it has more than 64 requirements") }
    return parts
  }

  private static func expression(_ text: String) throws(TextFormat.Problem) -> Value {
    let text = trimmed(text)
    for (word, name) in [(" notin ", "NotIn"), (" in ", "In")] {
      guard let range = find(word, in: text) else { continue }
      let list = trimmed(String(text[range.upperBound...]))
      guard list.first == "(", list.last == ")" else {
        throw TextFormat.Problem("after\(word)comes a list, such as (a, b)")
      }
      let values = list.dropFirst().dropLast().split(separator: ",").map { trimmed(String($0)) }
      return try requirement(String(text[..<range.lowerBound]), name, values)
    }
    if let range = find("!=", in: text) {
      return try requirement(
        String(text[..<range.lowerBound]), "NotIn", [trimmed(String(text[range.upperBound...]))])
    }
    if let range = find("==", in: text) ?? find("=", in: text) {
      return try requirement(
        String(text[..<range.lowerBound]), "In", [trimmed(String(text[range.upperBound...]))])
    }
    if text.hasPrefix("!") { return try requirement(String(text.dropFirst()), "DoesNotExist", []) }
    return try requirement(text, "Exists", [])
  }

  private static func requirement(
    _ key: String, _ name: String, _ values: [String],
  ) throws(TextFormat.Problem) -> Value {
    let key = trimmed(key)
    let isKey = key.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "-"), UInt8(ascii: "/"):
        true
      default: false
      }
    }
    guard isKey, (1...317).contains(key.utf8.count) else {
      throw TextFormat.Problem(
        "\"\(key)\" is not the key of a label", hint: "write it as in role=db,site in (berlin,rome)"
      )
    }
    if values.isEmpty, name == "In" || name == "NotIn" {
      throw TextFormat.Problem("there is no value for \(key)")
    }
    var members = [Value.Member("key", .string(key)), Value.Member("operator", .string(name))]
    if !values.isEmpty {
      members.append(Value.Member("values", .array(values.map { .string($0) })))
    }
    return .object(members)
  }

  private static func trimmed(_ text: String) -> String {
    String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }

  /// The first place of `word`.
  private static func find(_ word: String, in text: String) -> Range<String.Index>? {
    var start = text.startIndex
    while let end = text.index(start, offsetBy: word.count, limitedBy: text.endIndex) {
      if text[start..<end] == word { return start..<end }
      start = text.index(after: start)
    }
    return nil
  }
}
