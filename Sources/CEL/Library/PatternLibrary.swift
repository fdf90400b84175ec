extension CELLibrary {
  /// Regular expressions: `matches`, `find`, `findAll`, `regex.extract`, `regex.extractAll` and
  /// `regex.replace`.
  ///
  /// A pattern that is a constant is compiled with the expression, and a mistake in it is a problem
  /// of the expression; any other is compiled at each call, at a cost that grows with its length.
  package static let patterns = CELLibrary(
    "patterns",
    functions: [
      PatternFunctions.two(
        "matches", isMember: true, .bool, for: .testing, PatternFunctions.matches),
      PatternFunctions.two(
        "matches", isMember: false, .bool, for: .testing, PatternFunctions.matches),
      PatternFunctions.two("find", isMember: true, .string, PatternFunctions.find),
      PatternFunctions.two(
        "findAll", isMember: true, .list(.string), PatternFunctions.findAll),
      PatternFunctions.three(
        "findAll", isMember: true, .int, .list(.string), PatternFunctions.findAllSome),
      PatternFunctions.two(
        "regex.extract", isMember: false, .optional(.string), PatternFunctions.extract),
      PatternFunctions.two(
        "regex.extractAll", isMember: false, .list(.string), PatternFunctions.extractAll),
      PatternFunctions.three(
        "regex.replace", isMember: false, .string, .string, PatternFunctions.replace),
      PatternFunctions.replaceSome,
    ])
}

private enum PatternFunctions {
  typealias Two =
    @Sendable (String, Pattern, inout CELFrame) throws(CELFailure) -> CELValue
  typealias Three =
    @Sendable (String, Pattern, CELValue, inout CELFrame) throws(CELFailure) -> CELValue

  /// What a function does with a pattern, which decides what is prepared of it.
  enum Use {
    /// Asks whether there is a match.
    case testing
    /// Asks where it is.
    case finding
  }

  /// A function of a text and a pattern.
  static func two(
    _ name: String, isMember: Bool, _ result: CELType, for use: Use = .finding,
    _ body: @escaping Two,
  ) -> CELFunction {
    CELFunction(
      name, isMember: isMember, [.string, .string], result,
      .two { text, pattern, frame throws(CELFailure) in
        let text = try CELArguments.string(text, name)
        return try body(text, compiled(pattern, name, &frame), &frame)
      },
      prepare: { constants throws(CELFailure) in
        guard let pattern = try prepared(constants, for: use) else { return nil }
        return .two { text, _, frame throws(CELFailure) in
          try body(CELArguments.string(text, name), pattern, &frame)
        }
      })
  }

  /// A function of a text, a pattern and something else.
  static func three(
    _ name: String, isMember: Bool, _ last: CELType, _ result: CELType, _ body: @escaping Three
  ) -> CELFunction {
    CELFunction(
      name, isMember: isMember, [.string, .string, last], result,
      .three { text, pattern, last, frame throws(CELFailure) in
        let text = try CELArguments.string(text, name)
        return try body(text, compiled(pattern, name, &frame), last, &frame)
      },
      prepare: { constants throws(CELFailure) in
        guard let pattern = try prepared(constants, for: .finding) else { return nil }
        return .three { text, _, last, frame throws(CELFailure) in
          try body(CELArguments.string(text, name), pattern, last, &frame)
        }
      })
  }

  // MARK: Patterns and costs

  private static func prepared(
    _ constants: [CELValue?], for use: Use,
  ) throws(CELFailure) -> Pattern? {
    guard constants.count > 1, case .string(let source) = constants[1] else { return nil }
    return try pattern(source, for: use)
  }

  private static func pattern(
    _ source: String, for use: Use?,
  ) throws(CELFailure) -> Pattern {
    do throws(PatternProblem) {
      return try Pattern(
        source, preparesStates: use == .testing, preparesScan: use == .finding)
    } catch {
      throw CELFailure(
        .invalidArgument,
        "the pattern '\(CELRendering.cut(source))' is not valid: \(error.description)")
    }
  }

  private static func compiled(
    _ value: CELValue, _ name: String, _ frame: inout CELFrame
  ) throws(CELFailure) -> Pattern {
    let source = try CELArguments.string(value, name)
    try frame.charge(100 + 4 * source.utf8.count)
    let pattern = try pattern(source, for: nil)
    try frame.charge(pattern.size)
    return pattern
  }

  /// How many steps of a search cost as much as one node of an expression.
  private static let stepsPerCost = 4

  /// Runs a search with as many steps as the frame can still pay, and charges what it took.
  private static func paid<Result>(
    _ frame: inout CELFrame,
    _ search: (inout PatternSteps) throws(PatternStepsExhausted) -> Result
  ) throws(CELFailure) -> Result {
    let budget = max(0, min(frame.remaining, Int.max / 16))
    var steps = PatternSteps(limit: budget * stepsPerCost)
    let result: Result
    do throws(PatternStepsExhausted) {
      result = try search(&steps)
    } catch {
      // Takes all that is left; the failure below says more than that of the charge.
      try? frame.charge(budget + 1)
      throw CELFailure(.costExceeded, "the pattern costs more than the limit of the expression")
    }
    try frame.charge(steps.count / stepsPerCost)
    return result
  }

  // MARK: Bodies

  static let matches: Two = { text, pattern, frame throws(CELFailure) in
    .bool(
      try paid(&frame) { steps throws(PatternStepsExhausted) in
        try pattern.matches(text, steps: &steps)
      })
  }

  static let find: Two = { text, pattern, frame throws(CELFailure) in
    let bytes = Array(text.utf8)
    try frame.charge(bytes: bytes.count)
    let match = try first(pattern, in: bytes, from: 0, &frame)
    return .string(match.map { TextFunctions.text(bytes, $0.range) } ?? "")
  }

  static let findAll: Two = { text, pattern, frame throws(CELFailure) in
    let bytes = Array(text.utf8)
    let ranges = try all(pattern, in: bytes, limit: -1, &frame).map(\.range)
    return .list(ranges.map { .string(TextFunctions.text(bytes, $0)) })
  }

  static let findAllSome: Three = { text, pattern, limit, frame throws(CELFailure) in
    let bytes = Array(text.utf8)
    let limit = try CELArguments.int(limit, "findAll")
    let ranges = try all(pattern, in: bytes, limit: limit, &frame).map(\.range)
    return .list(ranges.map { .string(TextFunctions.text(bytes, $0)) })
  }

  static let extract: Two = { text, pattern, frame throws(CELFailure) in
    let group = try wanted(pattern)
    let bytes = Array(text.utf8)
    try frame.charge(bytes: bytes.count)
    guard let match = try first(pattern, in: bytes, from: 0, &frame),
      let range = match.groups[group]
    else { return .optional(.none) }
    return .optional(CELOptional(.string(TextFunctions.text(bytes, range))))
  }

  static let extractAll: Two = { text, pattern, frame throws(CELFailure) in
    let group = try wanted(pattern)
    let bytes = Array(text.utf8)
    let matches = try all(pattern, in: bytes, limit: -1, &frame)
    return .list(
      matches.compactMap { $0.groups[group].map { .string(TextFunctions.text(bytes, $0)) } })
  }

  static let replace: Three = { text, pattern, replacement, frame throws(CELFailure) in
    let replacement = try CELArguments.string(replacement, "regex.replace")
    return try replaced(text, pattern, replacement, limit: -1, &frame)
  }

  /// `regex.replace` with a limit to the number of replacements.
  static let replaceSome = CELFunction(
    "regex.replace", [.string, .string, .string, .int], .string,
    .many { values, frame throws(CELFailure) in
      let name = "regex.replace"
      let text = try CELArguments.string(values[0], name)
      let pattern = try compiled(values[1], name, &frame)
      let replacement = try CELArguments.string(values[2], name)
      let limit = try CELArguments.int(values[3], name)
      return try replaced(text, pattern, replacement, limit: limit, &frame)
    },
    prepare: { constants throws(CELFailure) in
      guard let pattern = try prepared(constants, for: .finding) else { return nil }
      return .many { values, frame throws(CELFailure) in
        let text = try CELArguments.string(values[0], "regex.replace")
        let replacement = try CELArguments.string(values[2], "regex.replace")
        let limit = try CELArguments.int(values[3], "regex.replace")
        return try replaced(text, pattern, replacement, limit: limit, &frame)
      }
    })

  /// The one group that an extraction is about: the first, or the whole match without groups.
  private static func wanted(_ pattern: Pattern) throws(CELFailure) -> Int {
    guard pattern.groupNames.count <= 1 else {
      throw CELFailure(
        .invalidArgument,
        "the pattern '\(CELRendering.cut(pattern.source))' has \(pattern.groupNames.count) groups; "
          + "to extract, it must have one or none, so write (?:…) for the others")
    }
    return pattern.groupNames.count
  }

  private static func first(
    _ pattern: Pattern, in text: [UInt8], from start: Int, _ frame: inout CELFrame
  ) throws(CELFailure) -> PatternMatch? {
    try frame.charge(pattern.size >> 4)
    return try paid(&frame) { steps throws(PatternStepsExhausted) in
      try pattern.firstMatch(in: text, from: start, steps: &steps)
    }
  }

  /// The matches that do not overlap, at most `limit`; a negative limit is none.
  private static func all(
    _ pattern: Pattern, in text: [UInt8], limit: Int64, _ frame: inout CELFrame
  ) throws(CELFailure) -> [PatternMatch] {
    try frame.charge(bytes: text.count)
    var result: [PatternMatch] = []
    var start = 0
    var lastEnd = -1
    while start <= text.count, limit < 0 || result.count < limit {
      guard let match = try first(pattern, in: text, from: start, &frame) else { break }
      // An empty match right behind the one before is none of its own.
      if !match.range.isEmpty || match.range.lowerBound != lastEnd { result.append(match) }
      try frame.charge(1)
      lastEnd = match.range.upperBound
      start = match.range.upperBound
      if match.range.isEmpty {
        start += 1
        while start < text.count, text[start] & 0xC0 == 0x80 { start += 1 }
      }
    }
    return result
  }

  private static func replaced(
    _ text: String, _ pattern: Pattern, _ replacement: String, limit: Int64,
    _ frame: inout CELFrame
  ) throws(CELFailure) -> CELValue {
    let pieces = try PatternReplacement.pieces(of: replacement, groups: pattern.groupNames.count)
    guard limit != 0 else { return .string(text) }
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    var start = 0
    for match in try all(pattern, in: bytes, limit: limit, &frame) {
      let before = result.count
      result += bytes[start..<match.range.lowerBound]
      for piece in pieces {
        switch piece {
        case .text(let text): result += text
        case .group(let number): result += match.groups[number].map { bytes[$0] } ?? []
        }
      }
      try frame.charge(bytes: result.count - before)
      start = match.range.upperBound
    }
    result += bytes[start...]
    try frame.charge(bytes: bytes.count)
    return .string(String(decoding: result, as: UTF8.self))
  }
}

/// The text that replaces a match, in which `\1` stands for the first group.
private enum PatternReplacement {
  enum Piece {
    case text([UInt8])
    case group(Int)
  }

  static func pieces(of text: String, groups: Int) throws(CELFailure) -> [Piece] {
    var result: [Piece] = []
    var plain: [UInt8] = []
    var isEscape = false
    for byte in text.utf8 {
      guard isEscape else {
        if byte == UInt8(ascii: "\\") { isEscape = true } else { plain.append(byte) }
        continue
      }
      isEscape = false
      if byte == UInt8(ascii: "\\") {
        plain.append(byte)
        continue
      }
      let number = Int(byte) - 0x30
      guard (0...9).contains(number), number <= groups else {
        throw CELFailure(
          .invalidArgument,
          "the replacement '\(CELRendering.cut(text))' may have \\\\ and, as the pattern has "
            + "\(groups) groups, \\0 to \\\(min(groups, 9)) behind a backslash")
      }
      result.append(.text(plain))
      result.append(.group(number))
      plain = []
    }
    guard !isEscape else {
      throw CELFailure(
        .invalidArgument, "the replacement '\(CELRendering.cut(text))' ends with a backslash")
    }
    return result + [.text(plain)]
  }
}
