/// A regular expression in RE2 syntax, which runs in time linear in the text.
///
/// Every search costs at most a constant number of steps per character of the text and step of the
/// program, whatever the two are; the steps are counted, so that a caller can set an end to them.
package struct Pattern: Hashable, Sendable, CustomStringConvertible {
  /// The text of the pattern.
  package let source: String
  /// The steps that it was compiled to.
  let program: PatternProgram
  /// The states that were worked out when the pattern was made; the rest follows during a match.
  private let states: PatternStates
  /// What tells texts without a match from others before a search.
  private let scan: PatternScan

  /// The number of bytes that a pattern may have.
  package static let lengthLimit = 16_384
  /// The number of steps that a program may have.
  package static let sizeLimit = 10_000
  /// The depth to which groups may be nested.
  package static let depthLimit = 200
  /// The number of capture groups that a pattern may have.
  package static let groupLimit = 100
  /// The number of different characters and classes that a pattern may have.
  package static let setLimit = 500
  /// The largest number in a counted repetition.
  package static let repetitionLimit = 1000

  /// Compiles `source`.
  ///
  /// What is prepared never changes what a pattern finds, nor what `firstMatch` counts.
  ///
  /// - Parameters:
  ///   - source: the text of the pattern.
  ///   - preparesStates: whether the commonest states of the automaton are worked out too, which pays
  ///     for a pattern that is made once and used often with `matches`.
  ///   - preparesScan: the same for `firstMatch`.
  package init(
    _ source: String, preparesStates: Bool = true, preparesScan: Bool = true,
  ) throws(PatternProblem) {
    self.source = source
    program = try PatternParser.program(of: source)
    let alphabet = PatternAlphabet(for: program)
    var states = PatternStates(for: program, alphabet)
    if preparesStates { states.prepare(program) }
    self.states = states
    var scan = PatternScan(for: program, alphabet)
    if preparesScan { scan.prepare(program) }
    self.scan = scan
  }

  /// Compares the texts of two patterns.
  package static func == (one: Pattern, other: Pattern) -> Bool { one.source == other.source }

  /// Hashes the text of the pattern.
  package func hash(into hasher: inout Hasher) { hasher.combine(source) }

  /// The text of the pattern.
  package var description: String { source }

  /// The number of steps of the program, which bounds what one character of a text can cost.
  package var size: Int { program.code.count }

  /// The names of the capture groups from group 1 on; nil where a group has none.
  package var groupNames: [String?] { program.groups }

  /// Says whether some part of `text` matches.
  package func matches(_ text: String) -> Bool {
    var steps = PatternSteps(limit: Int.max)
    do throws(PatternStepsExhausted) {
      return try matches(text, steps: &steps)
    } catch {
      return false
    }
  }

  /// Says whether some part of `text` matches, within the limit of `steps`.
  package func matches(
    _ text: String, steps: inout PatternSteps
  ) throws(PatternStepsExhausted) -> Bool {
    let found = text.utf8.withContiguousStorageIfAvailable { bytes in
      states.matches(bytes, program: program, steps: &steps)
    }
    let result: Bool?
    if let found {
      result = found
    } else {
      result = Array(text.utf8).withUnsafeBufferPointer { bytes in
        states.matches(bytes, program: program, steps: &steps)
      }
    }
    guard let result else { throw PatternStepsExhausted() }
    return result
  }

  /// The leftmost match in `text` from `start` on, as RE2 and Perl choose it; nil where there is none.
  ///
  /// What stands before `start` still counts for `^` and `\b`.
  package func firstMatch(
    in text: [UInt8], from start: Int = 0, steps: inout PatternSteps
  ) throws(PatternStepsExhausted) -> PatternMatch? {
    if scan.isPrepared {
      let result = text.withUnsafeBufferPointer { scan.run($0, from: start, program, &steps) }
      switch result {
      case .nothing: return nil
      case .exhausted: throw PatternStepsExhausted()
      case .something: break
      }
    }
    var search = PatternSearch(program: program, text: text, start: start)
    return try search.run(&steps)
  }
}

/// A count of what searches have cost, with an end.
package struct PatternSteps: Sendable {
  /// The steps taken so far.
  package private(set) var count = 0
  /// The steps that may be taken.
  package let limit: Int

  /// Makes a count that ends at `limit`.
  package init(limit: Int) { self.limit = limit }

  /// Takes `number` steps; false where they go beyond the limit.
  package mutating func take(_ number: Int) -> Bool {
    count &+= number
    return count <= limit
  }
}

/// A search took more steps than it was allowed.
package struct PatternStepsExhausted: Error, Hashable, Sendable {}

/// Where a pattern has matched, in bytes of the text.
package struct PatternMatch: Hashable, Sendable {
  /// The range of the whole match, then those of the groups; nil for a group that took no part.
  package var groups: [Range<Int>?]

  /// The range of the whole match.
  package var range: Range<Int> { (groups.first ?? nil) ?? 0..<0 }
}
