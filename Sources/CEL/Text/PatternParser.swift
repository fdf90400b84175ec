/// Turns RE2 syntax into a program, without recursion.
struct PatternParser {
  /// The scalars of the pattern.
  let source: [Unicode.Scalar]
  var position = 0
  private var sets: [ScalarSet] = []
  private var setIndices: [ScalarSet: Int32] = [:]
  private var groups: [String?] = []
  private var open: [Group] = []
  private var group = Group()
  private var size = 0

  /// What is known of a group that is not closed yet.
  private struct Group {
    var choices: [PatternFragment] = []
    var items: [PatternFragment] = []
    var capture: Int?
    var flags = Flags()
    var outerFlags = Flags()
    var start = 0
  }

  private struct Flags {
    var ignoresCase = false
    var dotMatchesNewline = false
    var multiline = false
    var swapsGreed = false
  }

  /// Compiles `source`.
  static func program(of source: String) throws(PatternProblem) -> PatternProgram {
    guard source.utf8.count <= Pattern.lengthLimit else {
      throw PatternProblem("the pattern is longer than \(Pattern.lengthLimit) bytes", at: 0)
    }
    var parser = PatternParser(source: Array(source.unicodeScalars))
    return try parser.program()
  }

  private init(source: [Unicode.Scalar]) { self.source = source }

  private mutating func program() throws(PatternProblem) -> PatternProgram {
    while let next = peek() { try item(next) }
    guard open.isEmpty else {
      throw PatternProblem("a \"(\" is not closed", at: group.start)
    }
    let whole = closedChoices()
    let code = [.save(0)] + whole.code + [.save(1), .match]
    guard code.count <= Pattern.sizeLimit else { throw tooLarge(at: 0) }
    return PatternProgram(
      code: code, sets: sets, groups: groups, isAnchored: whole.isAnchored)
  }

  private mutating func item(_ next: Unicode.Scalar) throws(PatternProblem) {
    let start = position
    position += 1
    switch next {
    case "|": endChoice()
    case "(": try openGroup(at: start)
    case ")": try closeGroup(at: start)
    case "*", "+", "?":
      throw PatternProblem("\"\(next)\" repeats nothing", at: start)
    case "[":
      position = start
      try append(set: characterClass())
    case ".":
      try append(
        set: group.flags.dotMatchesNewline
          ? ScalarSet([0...ScalarSet.last]) : NamedScalarSets.newline.inverted)
    case "^": try append(check: group.flags.multiline ? .lineStart : .textStart)
    case "$": try append(check: group.flags.multiline ? .lineEnd : .textEnd)
    case "\\": try escape(at: start)
    default: try append(literal: next)
    }
  }

  // MARK: Groups

  private mutating func openGroup(at start: Int) throws(PatternProblem) {
    guard open.count < Pattern.depthLimit else {
      throw PatternProblem("groups are nested more than \(Pattern.depthLimit) deep", at: start)
    }
    var inner = Group(flags: group.flags, start: start)
    inner.outerFlags = group.flags
    if peek() == "?" {
      position += 1
      if try groupPrefix(into: &inner, at: start) { return }
    } else {
      groups.append(nil)
      inner.capture = groups.count
    }
    guard groups.count <= Pattern.groupLimit else {
      throw PatternProblem("there are more than \(Pattern.groupLimit) capture groups", at: start)
    }
    open.append(group)
    group = inner
  }

  /// Reads what follows `(?`; true where that was all and no group is open.
  private mutating func groupPrefix(
    into inner: inout Group, at start: Int
  ) throws(PatternProblem) -> Bool {
    if peek() == "P" || peek() == "<" {
      if peek() == "P" {
        position += 1
        guard peek() == "<" else {
          throw PatternProblem("back-references and named calls are not supported", at: start)
        }
      }
      position += 1
      if peek() == "=" || peek() == "!" {
        throw PatternProblem("look-behind is not supported", at: start)
      }
      inner.capture = try groupName(at: start)
      return false
    }
    if peek() == "=" || peek() == "!" {
      throw PatternProblem("look-ahead is not supported", at: start)
    }
    if peek() == "#" { throw PatternProblem("comments are not supported", at: start) }
    if peek() == ">" { throw PatternProblem("atomic groups are not supported", at: start) }
    return try groupFlags(into: &inner, at: start)
  }

  private mutating func groupName(at start: Int) throws(PatternProblem) -> Int {
    let first = position
    while let next = peek(), NamedScalarSets.words.contains(next.value) { position += 1 }
    let name = text(first..<position)
    guard !name.isEmpty, peek() == ">" else {
      throw PatternProblem(
        "a group name is letters, digits and underscores between \"<\" and \">\"", at: start)
    }
    position += 1
    guard !groups.contains(name) else {
      throw PatternProblem("two groups are named \"\(name)\"", at: start)
    }
    groups.append(name)
    return groups.count
  }

  private mutating func groupFlags(
    into inner: inout Group, at start: Int
  ) throws(PatternProblem) -> Bool {
    var flags = group.flags
    var value = true
    var count = 0
    while let next = peek() {
      position += 1
      switch next {
      case "i": flags.ignoresCase = value
      case "m": flags.multiline = value
      case "s": flags.dotMatchesNewline = value
      case "U": flags.swapsGreed = value
      case "-" where value:
        value = false
        count = -1
      case ":" where value || count > 0:
        inner.flags = flags
        return false
      case ")" where count > 0:
        group.flags = flags
        return true
      default: throw PatternProblem("\"(?\" begins an unknown kind of group", at: start)
      }
      count += 1
    }
    throw PatternProblem("a \"(\" is not closed", at: start)
  }

  private mutating func closeGroup(at start: Int) throws(PatternProblem) {
    guard let outer = open.popLast() else {
      throw PatternProblem("a \")\" closes nothing", at: start)
    }
    var fragment = closedChoices()
    if let capture = group.capture {
      let slot = Int32(capture * 2)
      fragment.code = [.save(slot)] + fragment.code + [.save(slot + 1)]
      size += 2
    }
    group = outer
    try append(fragment, at: start)
  }

  private mutating func endChoice() {
    group.choices.append(PatternFragment.sequence(group.items))
    group.items = []
    size += 2
  }

  private mutating func closedChoices() -> PatternFragment {
    let last = PatternFragment.sequence(group.items)
    return PatternFragment.alternatives(group.choices + [last])
  }

  // MARK: Items

  /// Adds `fragment` with the repetition that follows it.
  private mutating func append(
    _ fragment: PatternFragment, at start: Int
  ) throws(PatternProblem) {
    guard let bounds = try repetition() else {
      group.items.append(fragment)
      return
    }
    var greedy = !group.flags.swapsGreed
    if peek() == "?" {
      position += 1
      greedy.toggle()
    }
    let again = position
    if try repetition() != nil {
      throw PatternProblem("a repetition cannot be repeated; put it in \"(?:…)\"", at: again)
    }
    let count = fragment.repeatedCount(from: bounds.low, to: bounds.high)
    size += count - fragment.code.count
    guard count <= Pattern.sizeLimit, size <= Pattern.sizeLimit else { throw tooLarge(at: start) }
    group.items.append(fragment.repeated(from: bounds.low, to: bounds.high, greedy: greedy))
  }

  /// Adds a scalar that stands for itself.
  mutating func append(literal scalar: Unicode.Scalar) throws(PatternProblem) {
    try append(
      set: group.flags.ignoresCase
        ? CaseFolding.closure(of: scalar.value) : ScalarSet(scalar.value))
  }

  /// Adds one scalar out of `set`.
  mutating func append(set: ScalarSet) throws(PatternProblem) {
    let index = setIndices[set] ?? Int32(sets.count)
    if Int(index) == sets.count {
      guard sets.count < Pattern.setLimit else {
        throw PatternProblem(
          "there are more than \(Pattern.setLimit) different characters and classes",
          at: position - 1)
      }
      sets.append(set)
      setIndices[set] = index
    }
    size += 1
    try append(
      PatternFragment(code: [.read(index)], canBeEmpty: false, isAnchored: false),
      at: position - 1)
  }

  /// Adds an assertion.
  mutating func append(check: PatternAssertion) throws(PatternProblem) {
    size += 1
    let fragment = PatternFragment(
      code: [.check(check)], canBeEmpty: true, isAnchored: check == .textStart)
    try append(fragment, at: position - 1)
  }

  /// Reads `*`, `+`, `?` or `{n,m}`; nil where there is none, as a brace that counts nothing is text.
  private mutating func repetition() throws(PatternProblem) -> (low: Int, high: Int?)? {
    switch peek() {
    case "*":
      position += 1
      return (0, nil)
    case "+":
      position += 1
      return (1, nil)
    case "?":
      position += 1
      return (0, 1)
    case "{": return try counts()
    default: return nil
    }
  }

  private mutating func counts() throws(PatternProblem) -> (low: Int, high: Int?)? {
    let start = position
    position += 1
    guard let low = number() else {
      position = start
      return nil
    }
    var high: Int? = low
    if peek() == "," {
      position += 1
      high = peek() == "}" ? nil : number()
      if high == nil, peek() != "}" {
        position = start
        return nil
      }
    }
    guard peek() == "}" else {
      position = start
      return nil
    }
    position += 1
    guard low <= Pattern.repetitionLimit, high ?? low <= Pattern.repetitionLimit else {
      throw PatternProblem(
        "a part can be repeated at most \(Pattern.repetitionLimit) times", at: start)
    }
    if let high, high < low {
      throw PatternProblem("the most of a repetition is less than its least", at: start)
    }
    return (low, high)
  }

  /// Reads decimal digits; large numbers stop growing above every limit.
  private mutating func number() -> Int? {
    var value: Int?
    while let next = peek(), ("0"..."9").contains(next) {
      value = min((value ?? 0) * 10 + Int(next.value - 0x30), 1_000_000)
      position += 1
    }
    return value
  }

  // MARK: Reading

  /// The next scalar, if there is one.
  func peek(_ distance: Int = 0) -> Unicode.Scalar? {
    position + distance < source.count ? source[position + distance] : nil
  }

  /// The text of a part of the pattern.
  func text(_ range: Range<Int>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: source[range])
    return String(view)
  }

  /// `set` with other cases where the flags say so.
  func folded(_ set: ScalarSet) -> ScalarSet {
    group.flags.ignoresCase ? CaseFolding.closure(of: set) : set
  }

  private func tooLarge(at offset: Int) -> PatternProblem {
    PatternProblem(
      "the pattern needs more than \(Pattern.sizeLimit) steps; repeat less", at: offset)
  }
}
