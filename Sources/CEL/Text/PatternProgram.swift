/// A place between two characters that a pattern can ask for.
package enum PatternAssertion: UInt8, Hashable, Sendable {
  case textStart, textEnd, lineStart, lineEnd, wordBoundary, notWordBoundary
}

/// One step of a compiled pattern; targets are distances from the step itself.
package enum PatternInstruction: Hashable, Sendable {
  /// Reads one scalar of the set with this index and goes on with the next step.
  case read(Int32)
  /// Tries `first` and, when that fails, `second`.
  case split(first: Int32, second: Int32)
  /// Goes on elsewhere.
  case jump(Int32)
  /// Notes the place in a capture slot.
  case save(Int32)
  /// Goes on where the assertion holds.
  case check(PatternAssertion)
  /// The pattern has matched.
  case match
}

/// A compiled pattern: steps, and the sets of scalars that they read.
package struct PatternProgram: Hashable, Sendable {
  /// The steps; the first one starts.
  package var code: [PatternInstruction]
  /// The sets that `read` names.
  package var sets: [ScalarSet]
  /// The name of each capture group, from group 1; nil where it has none.
  package var groups: [String?]
  /// Whether every match begins at the start of the text.
  package var isAnchored: Bool
}

/// A piece of a program: entered at its first step, left behind its last.
struct PatternFragment {
  var code: [PatternInstruction] = []
  var canBeEmpty = true
  /// Whether it can only match at the start of the text.
  var isAnchored = false

  /// The two ways that an optional part is tried in.
  static func split(
    into inside: Int, past outside: Int, greedy: Bool
  ) -> PatternInstruction {
    greedy
      ? .split(first: Int32(inside), second: Int32(outside))
      : .split(first: Int32(outside), second: Int32(inside))
  }

  /// The parts one after another.
  static func sequence(_ parts: [PatternFragment]) -> PatternFragment {
    var result = PatternFragment()
    var reads = false
    for part in parts {
      result.code += part.code
      if !reads, part.isAnchored { result.isAnchored = true }
      if !part.code.isEmpty { reads = reads || !part.onlyChecks }
      result.canBeEmpty = result.canBeEmpty && part.canBeEmpty
    }
    return result
  }

  /// Whether it reads nothing, so that what follows stands at the same place.
  private var onlyChecks: Bool {
    code.allSatisfy { instruction in
      switch instruction {
      case .check, .save: true
      default: false
      }
    }
  }

  /// The first of `choices` that leads to a match.
  static func alternatives(_ choices: [PatternFragment]) -> PatternFragment {
    guard choices.count > 1 else { return choices.first ?? PatternFragment() }
    let total = choices.reduce(0) { $0 + $1.code.count + 2 } - 2
    var result = PatternFragment(
      canBeEmpty: choices.contains(where: \.canBeEmpty),
      isAnchored: choices.allSatisfy(\.isAnchored))
    result.code.reserveCapacity(total)
    for (index, choice) in choices.enumerated() {
      let isLast = index == choices.count - 1
      if !isLast {
        result.code.append(.split(first: 1, second: Int32(choice.code.count + 2)))
      }
      result.code += choice.code
      if !isLast { result.code.append(.jump(Int32(total - result.code.count))) }
    }
    return result
  }

  /// The number of steps of `repeated(from:to:greedy:)`, to be checked before it is built.
  func repeatedCount(from low: Int, to high: Int?) -> Int {
    guard let high else { return max(low, 1) * code.count + 2 }
    return low * code.count + (high - low) * (code.count + 1)
  }

  /// This part from `low` to `high` times; without `high` there is no end.
  func repeated(from low: Int, to high: Int?, greedy: Bool) -> PatternFragment {
    var result = PatternFragment(
      canBeEmpty: canBeEmpty || low == 0, isAnchored: low > 0 && isAnchored)
    let count = code.count
    guard count > 0 else { return result }
    for _ in 0..<(high == nil ? max(low - 1, 0) : low) { result.code += code }
    guard let high else {
      // A loop is "once or more"; "any number" is that, or nothing. A body that can be empty thus
      // keeps the captures of its last round.
      if low == 0 { result.code.append(Self.split(into: 1, past: count + 2, greedy: greedy)) }
      result.code += code
      result.code.append(Self.split(into: -count, past: 1, greedy: greedy))
      return result
    }
    let end = result.code.count + (high - low) * (count + 1)
    for _ in low..<max(low, high) {
      let here = result.code.count
      result.code.append(Self.split(into: 1, past: end - here, greedy: greedy))
      result.code += code
    }
    return result
  }
}
