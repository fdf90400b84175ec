/// Finds out that a text has no match, at a fraction of the time of `PatternSearch` and at the very
/// cost that it would count.
///
/// As long as nothing has matched, the threads of a search are a set that depends on what was read
/// alone, and so does what a character costs. Both are worked out for the sets that come first when
/// the pattern is made; a step from any other set is made by hand, and nothing has to be kept.
struct PatternScan: Sendable {
  /// What a scan found out.
  enum Result {
    /// No part of the text matches; the cost was taken.
    case nothing
    /// Some part matches; nothing was taken.
    case something
    case exhausted
  }

  private let alphabet: PatternAlphabet
  private let asksBefore: Bool
  /// The number of letters: the classes, and the end of the text.
  private let width: Int
  /// For each set and letter where it leads, and what that costs.
  private var moves: [Move] = []
  /// The sets: the kind of character before, then the steps from which the next one starts.
  private var members: [[Int32]] = []
  /// The first move of each set.
  private var rows: [[Int32]: Int32] = [:]

  private struct Move {
    /// The first move of the next set, or one of the marks.
    var next: Int32
    var cost: Int32

    static let unknown: Int32 = -1
    static let matched: Int32 = -2
    static let ended: Int32 = -3
  }

  /// The most moves that are prepared.
  private static let moveLimit = 8_192
  /// The steps that preparing may take.
  private static let preparationLimit = 40_000

  /// Knows no moves yet.
  init(for program: PatternProgram, _ alphabet: PatternAlphabet) {
    asksBefore = PatternBefore.matters(to: program)
    self.alphabet = alphabet
    width = alphabet.count + 1
  }

  /// Whether moves were worked out; without them a scan is no faster than a search.
  var isPrepared: Bool { !moves.isEmpty }

  /// Works out moves from the start of a text, for as long as the limits allow.
  mutating func prepare(_ program: PatternProgram) {
    var walk = PatternWalk(program)
    let (alphabet, asksBefore) = (alphabet, asksBefore)
    _ = add([PatternBefore.nothing.rawValue, 0])
    var row = 0
    while row < members.count {
      for letter in 0..<width {
        guard walk.count < Self.preparationLimit else { return }
        let step = Self.step(
          from: members[row], letter, program, alphabet, asksBefore: asksBefore, &walk)
        var move = Move(next: step.mark, cost: Int32(clamping: step.cost))
        if step.mark == Move.unknown {
          move.next = rows[step.target] ?? Move.unknown
          if move.next < 0, moves.count + width <= Self.moveLimit {
            move.next = add(step.target)
          }
        }
        moves[row * width + letter] = move
      }
      row += 1
    }
  }

  private mutating func add(_ set: [Int32]) -> Int32 {
    let row = Int32(moves.count)
    members.append(set)
    rows[set] = row
    moves += repeatElement(Move(next: Move.unknown, cost: 0), count: width)
    return row
  }

  /// Scans `text` from the byte `start` on.
  func run(
    _ text: UnsafeBufferPointer<UInt8>, from start: Int, _ program: PatternProgram,
    _ steps: inout PatternSteps,
  ) -> Result {
    if program.isAnchored, start > 0 { return .nothing }
    var before = PatternBefore.nothing
    if start > 0 {
      before =
        asksBefore
        ? PatternBefore(UTF8Reading.scalar({ text[$0] }, before: start)) : .other
    }
    var set = [before.rawValue, 0]
    var index = start
    var cost = 0
    var walk: PatternWalk?
    let allowed = steps.limit - steps.count
    while true {
      // The first set of all is that of the start.
      if let row = walk == nil && start == 0 ? 0 : rows[set] {
        switch follow(text, from: &index, in: row, &cost) {
        case .ended: return steps.take(cost) ? .nothing : .exhausted
        case .matched: return .something
        case .stopped(let last): set = members[last]
        }
      }
      // One step by hand; it may lead back to a set that is known.
      let (letter, length) = letter(text, at: index)
      var open = walk.take() ?? PatternWalk(program)
      let step = Self.step(from: set, letter, program, alphabet, asksBefore: asksBefore, &open)
      walk = open
      if step.mark == Move.matched { return .something }
      cost += step.cost
      guard cost <= allowed else {
        _ = steps.take(cost)
        return .exhausted
      }
      if step.mark == Move.ended { return steps.take(cost) ? .nothing : .exhausted }
      set = step.target
      index += length
    }
  }

  private enum End {
    case ended, matched
    /// At a set from which the next move is not known.
    case stopped(Int)
  }

  /// Follows the moves that are known.
  private func follow(
    _ text: UnsafeBufferPointer<UInt8>, from index: inout Int, in first: Int32, _ cost: inout Int,
  ) -> End {
    // Pointers and locals, because this looks at every byte of every text.
    moves.withUnsafeBufferPointer { moves in
      alphabet.ascii.withUnsafeBufferPointer { ascii in
        var row = Int(first)
        var place = index
        var total = cost
        let count = text.count
        while true {
          var letter = width - 1
          var length = 0
          if place < count {
            let byte = Int(text[place])
            if byte < 0x80 {
              (letter, length) = (Int(ascii[byte]), 1)
            } else {
              (letter, length) = self.letter(text, at: place)
            }
          }
          let move = moves[row + letter]
          if move.next < 0 {
            (index, cost) = (place, total)
            if move.next == Move.matched { return .matched }
            if move.next == Move.unknown { return .stopped(row / width) }
            cost += Int(move.cost)
            return .ended
          }
          total += Int(move.cost)
          row = Int(move.next)
          place += length
        }
      }
    }
  }

  private func letter(
    _ bytes: UnsafeBufferPointer<UInt8>, at index: Int,
  ) -> (letter: Int, length: Int) {
    guard index < bytes.count else { return (alphabet.count, 0) }
    let scalar = UTF8Reading.scalar({ bytes[$0] }, at: index)
    return (alphabet.index(of: scalar.value), scalar.length)
  }

  // MARK: Single steps

  /// What `PatternSearch` does at one place: where it leads, or a mark, and what it costs.
  private static func step(
    from set: [Int32], _ letter: Int, _ program: PatternProgram, _ alphabet: PatternAlphabet,
    asksBefore: Bool, _ walk: inout PatternWalk,
  ) -> (target: [Int32], mark: Int32, cost: Int) {
    let scalar = letter < alphabet.count ? alphabet.representatives[letter] : nil
    let before = PatternBefore(rawValue: set[0]) ?? .other
    let context = PatternContext(before: before.scalar, after: scalar)
    let known = walk.count
    guard walk.reach(from: set.dropFirst(), program, context, stops: false) else {
      return ([], Move.matched, 0)
    }
    let seen = walk.count - known
    if walk.reads.isEmpty, program.isAnchored { return ([], Move.ended, seen) }
    let cost = seen + walk.reads.count + 1
    guard let scalar else { return ([], Move.ended, cost) }
    let kind = asksBefore ? PatternBefore(scalar) : .other
    let target =
      (program.isAnchored ? [kind.rawValue] : [kind.rawValue, 0])
      + walk.targets(over: scalar, program).sorted()
    // An anchored search ends before it counts anything more.
    return (target, target.count == 1 ? Move.ended : Move.unknown, cost)
  }
}
