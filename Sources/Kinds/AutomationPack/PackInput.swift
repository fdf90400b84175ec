internal import Resources

/// One input of a pack: its type, and what a value must fulfil.
enum PackInput {
  static let object = ObjectShape(
    [
      .required("name", .format(.identifier), "The name, for expressions: inputs.NAME."),
      .required(
        "type", .choice(["string", "number", "integer", "boolean", "array", "object"]),
        "The type of its value."),
      .optional("description", .text(TextRule(length: 1...4096)), "What it is for."),
      .defaulted("required", .boolean, to: false, "Whether it must be given."),
      .optional("default", .anything, "The value where none is given."),
      .optional(
        "enum", .list(of: .anything, ListRule(count: 1...256, order: .set)),
        "All values that are allowed."),
      .optional("constraints", .object(constraints), "What a value must fulfil."),
    ])

  private static let length = Shape.integer(0...1_048_576)
  private static let bound = Shape.number(-1e15...1e15)

  private static let constraints = ObjectShape([
    .optional("minLength", length, "How many characters a string has at least."),
    .optional("maxLength", length, "How many characters a string has at most."),
    .optional(
      "pattern", .text(TextRule(length: 1...1024)), "A regular expression that fits in a string."),
    .optional("minimum", bound, "The smallest number."),
    .optional("maximum", bound, "The largest number."),
    .optional("minItems", length, "How many items an array has at least."),
    .optional("maxItems", length, "How many items an array has at most."),
  ])

  /// Which constraints go with which types.
  private static let meaning: [(names: [String], types: [String])] = [
    (["minLength", "maxLength", "pattern"], ["string"]),
    (["minimum", "maximum"], ["number", "integer"]),
    (["minItems", "maxItems"], ["array"]),
  ]

  static func check(_ input: Value, at tokens: [String], _ findings: inout SpecFindings) {
    let type = input["type"]?.string ?? ""
    let constraints = input["constraints"]
    for (names, types) in meaning where !types.contains(type) {
      for name in names where constraints?[name] != nil {
        findings.report(
          code: "contradiction", "\(name) means nothing for an input of type \(type)",
          at: tokens + ["constraints", name], related: tokens + ["type"])
      }
    }
    for (low, high) in [
      ("minLength", "maxLength"), ("minimum", "maximum"), ("minItems", "maxItems"),
    ] {
      guard let least = number(constraints?[low]), let most = number(constraints?[high]),
        most < least
      else { continue }
      findings.report(
        code: "contradiction", "\(high) is less than \(low)",
        at: tokens + ["constraints", high], related: tokens + ["constraints", low])
    }
    if let pattern = constraints?["pattern"]?.string,
      let problem = RegularExpression.problem(with: pattern)
    {
      findings.report(
        code: "bad-regular-expression", "\"\(pattern)\" is not a regular expression: \(problem)",
        at: tokens + ["constraints", "pattern"])
    }
    checkValues(of: input, type, at: tokens, &findings)
  }

  private static func checkValues(
    of input: Value, _ type: String, at tokens: [String], _ findings: inout SpecFindings,
  ) {
    let words = input["enum"]?.array
    for word in words ?? [] where !fits(word, type) {
      findings.report(
        code: "wrong-type", "\(CanonicalJSON.text(of: word)) in enum is not of type \(type)",
        at: tokens + ["enum"], related: tokens + ["type"])
    }
    guard let value = input["default"] else { return }
    let text = CanonicalJSON.text(of: value)
    let place = tokens + ["default"]
    guard fits(value, type) else {
      findings.report(
        code: "wrong-type", "the default \(text) is not of type \(type)", at: place,
        related: tokens + ["type"])
      return
    }
    if let words, !words.contains(value) {
      findings.report(
        code: "unknown-value", "the default \(text) is not in enum", at: place,
        hint: "enum allows \(words.map { CanonicalJSON.text(of: $0) }.joined(separator: ", "))",
        related: tokens + ["enum"])
    }
    if let problem = problem(with: value, input["constraints"]) {
      findings.report(
        code: "out-of-range", "the default \(text) \(problem)", at: place,
        related: tokens + ["constraints"])
    }
  }

  private static func fits(_ value: Value, _ type: String) -> Bool {
    switch (value, type) {
    case (.string, "string"), (.integer, "integer"), (.integer, "number"), (.number, "number"),
      (.bool, "boolean"), (.array, "array"), (.object, "object"):
      true
    default: false
    }
  }

  private static func number(_ value: Value?) -> Double? {
    switch value {
    case .integer(let whole): Double(whole)
    case .number(let number): number
    default: nil
    }
  }

  /// Why a value of the right type does not fulfil `constraints`; patterns are left to the run.
  private static func problem(with value: Value, _ constraints: Value?) -> String? {
    func isBelow(_ size: Double, _ name: String) -> Bool {
      number(constraints?[name]).map { size < $0 } ?? false
    }
    func isAbove(_ size: Double, _ name: String) -> Bool {
      number(constraints?[name]).map { size > $0 } ?? false
    }
    switch value {
    case .string(let text):
      let length = Double(text.unicodeScalars.count)
      if isBelow(length, "minLength") { return "is shorter than minLength" }
      if isAbove(length, "maxLength") { return "is longer than maxLength" }
    case .integer, .number:
      let size = number(value) ?? 0
      if isBelow(size, "minimum") { return "is less than minimum" }
      if isAbove(size, "maximum") { return "is more than maximum" }
    case .array(let items):
      if isBelow(Double(items.count), "minItems") { return "has fewer items than minItems" }
      if isAbove(Double(items.count), "maxItems") { return "has more items than maxItems" }
    default: break
    }
    return nil
  }
}
