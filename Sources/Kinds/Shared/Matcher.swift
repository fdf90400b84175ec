internal import Resources

/// One condition on an alert.
enum Matcher {
  static let object = ObjectShape([
    .required("field", .format(.matcherField), "What of the alert is looked at."),
    .defaulted(
      "op", .choice(["=", "!=", "=~", "!~", "contains", "prefix"]), to: "=",
      "How it is compared; =~ and !~ take a regular expression that must fit the whole value."),
    .required("value", .text(TextRule(length: 0...1024)), "What it is compared with."),
  ])

  /// Matchers that must all hold, so that their order means nothing.
  static let list = Shape.list(of: .object(object), ListRule(count: 0...64, order: .set))

  static func check(
    _ matchers: Value?, at tokens: [String], in check: SpecCheck, _ findings: inout SpecFindings,
  ) {
    for matcher in matchers?.array ?? [] {
      guard let op = matcher["op"]?.string, let value = matcher["value"]?.string else { continue }
      let isPattern = op == "=~" || op == "!~"
      if isPattern, let problem = RegularExpression.problem(with: value) {
        findings.report(
          code: "bad-regular-expression", "\"\(value)\" is not a regular expression: \(problem)",
          at: place(of: matcher, tokens, check))
      }
      if op == "contains" || op == "prefix", value.isEmpty {
        findings.report(
          code: "too-short", "\(op) with an empty value fits everything",
          at: place(of: matcher, tokens, check), hint: "give a value, or remove the matcher")
      }
    }
  }

  private static func place(
    of matcher: Value, _ tokens: [String], _ check: SpecCheck,
  ) -> [String] {
    check.tokens(ofItem: matcher, in: tokens, as: .object(object)) + ["value"]
  }
}

extension TextFormat {
  private static let matcherWords = [
    "severity", "conditionType", "ruleName", "probe", "tag",
  ]

  /// A field of an alert.
  static let matcherField = TextFormat(
    name: "a field of an alert",
    pattern: "^(?:\(matcherWords.joined(separator: "|"))|label\\.[A-Za-z_][A-Za-z0-9_./-]{0,252})$",
    example: "severity",
  ) { text throws(Problem) in
    if matcherWords.contains(text) { return text }
    let label = text.hasPrefix("label.") ? text.utf8.dropFirst(6) : text.utf8.prefix(0)
    guard let first = label.first else {
      throw Problem(
        "fields are \(matcherWords.joined(separator: ", ")) and label.NAME",
        hint: Suggestion.didYouMean(text, among: matcherWords) ?? "for a label write label.\(text)")
    }
    func isLetter(_ byte: UInt8) -> Bool {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
    }
    let isFine =
      isLetter(first) && label.count <= 253
      && label.allSatisfy {
        isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
          || "./-".utf8.contains($0)
      }
    guard isFine else {
      throw Problem("a label's name is letters, digits, \"_\", \".\", \"/\" and \"-\"")
    }
    return text
  }
}
