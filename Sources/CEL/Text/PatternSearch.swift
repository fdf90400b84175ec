/// One search for the leftmost match and its groups, with all ways of matching side by side.
struct PatternSearch {
  private let program: PatternProgram
  private let text: [UInt8]
  private let start: Int
  private var seen: [Int]
  private var round = 0
  private var threads: [Thread] = []
  private var found: [Int]?

  private struct Thread {
    var step: Int32
    var slots: [Int]
  }

  /// Prepares a search of `text` from the byte `start` on.
  init(program: PatternProgram, text: [UInt8], start: Int) {
    self.program = program
    self.text = text
    self.start = start
    seen = [Int](repeating: 0, count: program.code.count)
  }

  /// Searches.
  mutating func run(_ steps: inout PatternSteps) throws(PatternStepsExhausted) -> PatternMatch? {
    var index = start
    var context = PatternContext(
      before: UTF8Reading.scalar({ text[$0] }, before: start), after: nil)
    let unset = [Int](repeating: -1, count: (program.groups.count + 1) * 2)
    var present = scalar(at: index)
    context.after = present?.value
    round = 1
    while true {
      if found == nil, !program.isAnchored || index == 0 {
        try add(Thread(step: 0, slots: unset), at: index, context, &steps)
      }
      if threads.isEmpty, found != nil || program.isAnchored { break }
      let current = threads
      threads = []
      round += 1
      guard steps.take(current.count + 1) else { throw PatternStepsExhausted() }
      guard let read = present else {
        finish(current)
        break
      }
      index += read.length
      present = scalar(at: index)
      context = PatternContext(before: read.value, after: present?.value)
      try step(current, over: read.value, to: index, context, &steps)
    }
    return found.map(match)
  }

  /// Moves `current` over `scalar`, up to the first that has matched.
  private mutating func step(
    _ current: [Thread], over scalar: UInt32, to index: Int, _ context: PatternContext,
    _ steps: inout PatternSteps
  ) throws(PatternStepsExhausted) {
    for thread in current {
      switch program.code[Int(thread.step)] {
      case .read(let set):
        if program.sets[Int(set)].contains(scalar) {
          let moved = Thread(step: thread.step + 1, slots: thread.slots)
          try add(moved, at: index, context, &steps)
        }
      default:
        // What comes after a match has less right than the match.
        found = thread.slots
        return
      }
    }
  }

  /// Takes the first match of the threads that stand at the end of the text.
  private mutating func finish(_ current: [Thread]) {
    for thread in current where program.code[Int(thread.step)] == .match {
      found = thread.slots
      return
    }
  }

  /// Adds `thread` and all that it becomes without reading, in order of preference.
  private mutating func add(
    _ thread: Thread, at index: Int, _ context: PatternContext, _ steps: inout PatternSteps
  ) throws(PatternStepsExhausted) {
    var open = [thread]
    while let next = open.popLast() {
      guard seen[Int(next.step)] != round else { continue }
      seen[Int(next.step)] = round
      guard steps.take(1) else { throw PatternStepsExhausted() }
      switch program.code[Int(next.step)] {
      case .read, .match: threads.append(next)
      case .split(let first, let second):
        open.append(Thread(step: next.step + second, slots: next.slots))
        open.append(Thread(step: next.step + first, slots: next.slots))
      case .jump(let distance):
        open.append(Thread(step: next.step + distance, slots: next.slots))
      case .save(let slot):
        var slots = next.slots
        slots[Int(slot)] = index
        open.append(Thread(step: next.step + 1, slots: slots))
      case .check(let assertion):
        if context.holds(assertion) {
          open.append(Thread(step: next.step + 1, slots: next.slots))
        }
      }
    }
  }

  private func scalar(at index: Int) -> (value: UInt32, length: Int)? {
    guard index < text.count else { return nil }
    return UTF8Reading.scalar({ text[$0] }, at: index)
  }

  private func match(_ slots: [Int]) -> PatternMatch {
    PatternMatch(
      groups: stride(from: 0, to: slots.count, by: 2).map { slot in
        let lower = slots[slot]
        let upper = slots[slot + 1]
        return lower >= 0 && upper >= lower ? lower..<upper : nil
      })
  }
}
