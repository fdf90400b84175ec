/// The kind of character before a place, as far as assertions ask; the first member of a state.
enum PatternBefore: Int32 {
  case nothing, newline, word, other

  /// The kind of `scalar`; nil is the start of the text.
  init(_ scalar: UInt32?) {
    guard let scalar else {
      self = .nothing
      return
    }
    self = scalar == 0x0A ? .newline : NamedScalarSets.words.contains(scalar) ? .word : .other
  }

  /// A scalar of the kind.
  var scalar: UInt32? {
    switch self {
    case .nothing: nil
    case .newline: 0x0A
    case .word: 0x61
    case .other: 0x20
    }
  }

  /// Whether any assertion of `program` asks what stands before it.
  static func matters(to program: PatternProgram) -> Bool {
    program.code.contains { instruction in
      if case .check(let assertion) = instruction {
        assertion != .textEnd && assertion != .lineEnd
      } else {
        false
      }
    }
  }
}

extension PatternAlphabet {
  /// The classes that neither the sets nor the assertions of `program` tell apart.
  init(for program: PatternProgram) {
    let hasChecks = program.code.contains { if case .check = $0 { true } else { false } }
    self.init(
      sets: program.sets + (hasChecks ? [NamedScalarSets.words, NamedScalarSets.newline] : []))
  }
}
