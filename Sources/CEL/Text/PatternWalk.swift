/// A walk over the steps of a program that read nothing.
struct PatternWalk {
  /// The round in which each step was seen last.
  private var seen: [Int32]
  private var round: Int32 = 0
  private var open: [Int32] = []
  /// The reading steps that the last round came to.
  private(set) var reads: [Int32] = []
  /// How many steps were seen in all rounds.
  private(set) var count = 0

  /// Has seen nothing of `program`.
  init(_ program: PatternProgram) {
    seen = [Int32](repeating: 0, count: program.code.count)
  }

  /// Collects the reading steps that `starts` lead to in `context`; false where a match is among what
  /// they lead to.
  ///
  /// - Parameter stops: whether the walk ends at the match.
  mutating func reach(
    from starts: ArraySlice<Int32>, _ program: PatternProgram, _ context: PatternContext,
    stops: Bool,
  ) -> Bool {
    round += 1
    reads.removeAll(keepingCapacity: true)
    open.removeAll(keepingCapacity: true)
    open.append(contentsOf: starts)
    var hasMatched = false
    while let step = open.popLast() {
      guard seen[Int(step)] != round else { continue }
      seen[Int(step)] = round
      count += 1
      switch program.code[Int(step)] {
      case .read: reads.append(step)
      case .split(let first, let second):
        open.append(step + second)
        open.append(step + first)
      case .jump(let distance): open.append(step + distance)
      case .save: open.append(step + 1)
      case .check(let assertion): if context.holds(assertion) { open.append(step + 1) }
      case .match:
        hasMatched = true
        if stops { return false }
      }
    }
    return !hasMatched
  }

  /// Where the reading steps of the last round lead to over `scalar`, without order.
  func targets(over scalar: UInt32, _ program: PatternProgram) -> [Int32] {
    reads.compactMap { step in
      guard case .read(let set) = program.code[Int(step)],
        program.sets[Int(set)].contains(scalar)
      else { return nil }
      return step + 1
    }
  }
}
