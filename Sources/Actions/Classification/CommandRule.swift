/// How much a command may do, and how its arguments change that.
struct CommandRule: Sendable {
  /// What a command does with certain arguments.
  struct Verdict: Hashable, Sendable {
    var level: CommandLevel
    var why: String

    static func observe(_ why: String) -> Verdict { Verdict(level: .observe, why: why) }
    static func diagnose(_ why: String) -> Verdict { Verdict(level: .diagnose, why: why) }
    static func remediate(_ why: String) -> Verdict { Verdict(level: .remediate, why: why) }
  }

  enum Arguments: Sendable {
    /// No argument changes the level.
    case any
    /// One of these options makes it remediate.
    case unless(OptionDanger)
    /// Only these options, and so many operands, keep the level.
    case only(OptionGrammar, operands: ClosedRange<Int>)
    /// Only these first words keep the level.
    case verbs([String])
    /// Decided by a function of the arguments; nil keeps the level.
    case judged(@Sendable ([CommandWord]) -> Verdict?)
    /// Starts what its arguments say; the function hands that on to the judge.
    case starts(@Sendable (inout CommandJudge, [CommandWord]) -> Verdict?)
  }

  var level: CommandLevel
  var why: String
  var arguments: Arguments

  init(_ level: CommandLevel, _ why: String, _ arguments: Arguments = .any) {
    self.level = level
    self.why = why
    self.arguments = arguments
  }

  /// A rule for each of some names.
  static func each(
    _ names: String, _ level: CommandLevel, _ why: String, _ arguments: Arguments = .any,
  ) -> [(String, CommandRule)] {
    names.split(separator: " ").map { (String($0), CommandRule(level, why, arguments)) }
  }
}

/// Options that make a command do more than it does without them.
struct OptionDanger: Sendable {
  /// Letters that are dangerous anywhere in a group of short options.
  var short = ""
  /// Long options, also when they are abbreviated or have more letters.
  var long: [String] = []

  /// The first argument that is, or may be, such an option.
  func first(in arguments: [CommandWord]) -> CommandWord? {
    if arguments.first?.known == "--" { return nil }
    return arguments.first { word in
      guard word.mayBeOption else { return false }
      guard let text = word.known else { return true }
      guard text.hasPrefix("--") else {
        return text.dropFirst().contains { short.contains($0) }
      }
      let name = String(text.dropFirst(2).prefix { $0 != "=" })
      return !name.isEmpty && long.contains { $0.hasPrefix(name) || name.hasPrefix($0) }
    }
  }
}

/// The options that a command may have, and which of them take a value.
struct OptionGrammar: Sendable {
  /// Short options without a value.
  var flags = ""
  /// Short options with a value, in the same word or in the next.
  var valued = ""
  /// Long options, with `=` at the end where they take a value.
  var long: [String] = []
  /// Whether the first operand ends the options, as for commands that start others.
  var stopsAtOperand = false

  /// The options and operands of a command line.
  struct Reading: Sendable {
    var options: [(name: String, value: CommandWord?)] = []
    var operands: [CommandWord] = []
  }

  enum Failure: Error {
    /// The word is not an option that is known, or may be one.
    case unknown(CommandWord)
  }

  func read(_ arguments: [CommandWord]) throws(Failure) -> Reading {
    var reading = Reading()
    var index = 0
    while index < arguments.count {
      let word = arguments[index]
      index += 1
      guard word.mayBeOption else {
        reading.operands.append(word)
        guard !stopsAtOperand else { break }
        continue
      }
      guard let text = word.known else {
        guard let option = attachedValue(of: word) else { throw .unknown(word) }
        reading.options.append(option)
        continue
      }
      if text == "--" { break }
      if text.hasPrefix("--") {
        try readLong(word, text.dropFirst(2), arguments, &index, into: &reading)
      } else {
        try readShort(word, Array(text.dropFirst()), arguments, &index, into: &reading)
      }
    }
    reading.operands += arguments[index...]
    return reading
  }

  /// An option whose value begins in the same word and is not known to its end.
  private func attachedValue(of word: CommandWord) -> (name: String, value: CommandWord?)? {
    guard word.extent == .one, let sign = word.text.firstIndex(of: "=") else { return nil }
    let name = word.text[...sign]
    guard name.hasPrefix("--"), long.contains(String(name.dropFirst(2))) else { return nil }
    let value = String(word.text[word.text.index(after: sign)...])
    return (String(name.dropLast()), CommandWord(text: value, extent: .one))
  }

  private func readLong(
    _ word: CommandWord, _ text: Substring, _ arguments: [CommandWord], _ index: inout Int,
    into reading: inout Reading,
  ) throws(Failure) {
    let name = String(text.prefix { $0 != "=" })
    if name.count < text.count {
      guard long.contains(name + "=") else { throw .unknown(word) }
      reading.options.append(("--" + name, CommandWord(String(text.dropFirst(name.count + 1)))))
    } else if long.contains(name) {
      reading.options.append(("--" + name, nil))
    } else if long.contains(name + "="), let value = Self.value(in: arguments, at: &index) {
      reading.options.append(("--" + name, value))
    } else {
      throw .unknown(word)
    }
  }

  private func readShort(
    _ word: CommandWord, _ letters: [Character], _ arguments: [CommandWord], _ index: inout Int,
    into reading: inout Reading,
  ) throws(Failure) {
    for (place, letter) in letters.enumerated() {
      if flags.contains(letter) {
        reading.options.append(("-\(letter)", nil))
        continue
      }
      guard valued.contains(letter) else { throw .unknown(word) }
      let rest = String(letters[(place + 1)...])
      if !rest.isEmpty {
        reading.options.append(("-\(letter)", CommandWord(rest)))
      } else if let value = Self.value(in: arguments, at: &index) {
        reading.options.append(("-\(letter)", value))
      } else {
        throw .unknown(word)
      }
      return
    }
  }

  /// The next word as a value; nil where it may be several words, or none.
  private static func value(in arguments: [CommandWord], at index: inout Int) -> CommandWord? {
    guard index < arguments.count, arguments[index].isOneWord else { return nil }
    defer { index += 1 }
    return arguments[index]
  }
}
