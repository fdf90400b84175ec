/// A deterministic automaton that finds out whether a program matches, worked out as it is needed.
///
/// A state is the set of steps at which the program can stand after a character, with what the
/// assertions still have to know of that character. The number of states is bounded: when there are
/// too many, all are forgotten and work goes on from the present one.
struct PatternStates: Sendable {
  private let alphabet: PatternAlphabet
  /// Whether any step asks what stands before it.
  private let asksBefore: Bool
  /// For each state and class the next state, or one of the marks below.
  private var next: [Int32] = []
  private var members: [[Int32]] = []
  private var numbers: [[Int32]: Int32] = [:]

  private static let unknown: Int32 = -1
  private static let matched: Int32 = -2
  private static let dead: Int32 = -3
  /// The most states that are kept.
  private static let stateLimit = 2_000
  /// The most transitions that are kept.
  private static let transitionLimit = 262_144
  /// The most transitions that are prepared, as they may have to be copied for a match.
  private static let preparedTransitionLimit = 16_384
  /// The steps that preparing may take.
  private static let preparationLimit = 60_000

  /// Makes an automaton that knows its first state.
  init(for program: PatternProgram, _ alphabet: PatternAlphabet) {
    asksBefore = PatternBefore.matters(to: program)
    self.alphabet = alphabet
    _ = number(of: Self.start)
  }

  private static let start: [Int32] = [PatternBefore.nothing.rawValue, 0]

  /// Works out states for as long as the limit of preparation allows.
  mutating func prepare(_ program: PatternProgram) {
    var steps = PatternSteps(limit: Self.preparationLimit)
    var walk = PatternWalk(program)
    var state = 0
    while state < members.count {
      for letter in 0...alphabet.count {
        guard steps.count < steps.limit, next.count < Self.preparedTransitionLimit else { return }
        _ = workOut(from: Int32(state), letter, program, &walk, &steps)
      }
      state += 1
    }
  }

  /// Says whether some part of `bytes` matches; nil where `steps` has reached its limit.
  func matches(
    _ bytes: UnsafeBufferPointer<UInt8>, program: PatternProgram, steps: inout PatternSteps
  ) -> Bool? {
    var state: Int32 = 0
    var index = 0
    let width = alphabet.count + 1
    while true {
      let (letter, length) = letter(bytes, at: index)
      let following = next[Int(state) * width + letter]
      if following < 0 {
        guard steps.take(index) else { return nil }
        if following == Self.matched { return true }
        if following == Self.dead { return false }
        var own = self
        return own.goOn(bytes, at: index, in: state, program: program, steps: &steps)
      }
      state = following
      index += length
    }
  }

  /// Goes on with a match in a copy that learns.
  private mutating func goOn(
    _ bytes: UnsafeBufferPointer<UInt8>, at start: Int, in first: Int32, program: PatternProgram,
    steps: inout PatternSteps
  ) -> Bool? {
    var state = first
    var index = start
    var walk = PatternWalk(program)
    let width = alphabet.count + 1
    while true {
      let (letter, length) = letter(bytes, at: index)
      var following = next[Int(state) * width + letter]
      if following == Self.unknown {
        if members.count >= Self.stateLimit || next.count >= Self.transitionLimit {
          let present = members[Int(state)]
          forget()
          state = number(of: present)
        }
        following = workOut(from: state, letter, program, &walk, &steps)
      }
      guard steps.take(1) else { return nil }
      if following == Self.matched { return true }
      if following == Self.dead { return false }
      state = following
      index += length
    }
  }

  private mutating func forget() {
    next = []
    members = []
    numbers = [:]
    _ = number(of: Self.start)
  }

  @inline(__always)
  private func letter(
    _ bytes: UnsafeBufferPointer<UInt8>, at index: Int
  ) -> (letter: Int, length: Int) {
    guard index < bytes.count else { return (alphabet.count, 0) }
    if bytes[index] < 0x80 { return (Int(alphabet.ascii[Int(bytes[index])]), 1) }
    let scalar = UTF8Reading.scalar({ bytes[$0] }, at: index)
    return (alphabet.index(of: scalar.value), scalar.length)
  }

  private mutating func number(of state: [Int32]) -> Int32 {
    if let known = numbers[state] { return known }
    let number = Int32(members.count)
    members.append(state)
    numbers[state] = number
    next += [Int32](repeating: Self.unknown, count: alphabet.count + 1)
    return number
  }

  /// Works out where `state` goes with `letter`, and keeps it.
  private mutating func workOut(
    from state: Int32, _ letter: Int, _ program: PatternProgram, _ walk: inout PatternWalk,
    _ steps: inout PatternSteps,
  ) -> Int32 {
    let slot = Int(state) * (alphabet.count + 1) + letter
    let scalar = letter < alphabet.count ? alphabet.representatives[letter] : nil
    let member = members[Int(state)]
    let before = PatternBefore(rawValue: member[0]) ?? .other
    let context = PatternContext(before: before.scalar, after: scalar)
    let known = walk.count
    let isOpen = walk.reach(from: member.dropFirst(), program, context, stops: true)
    _ = steps.take(walk.count - known)
    guard isOpen else {
      next[slot] = Self.matched
      return Self.matched
    }
    var targets: [Int32] = program.isAnchored ? [] : [0]
    if let scalar { targets += walk.targets(over: scalar, program).sorted() }
    guard let scalar, !targets.isEmpty else {
      next[slot] = Self.dead
      return Self.dead
    }
    let kind = asksBefore ? PatternBefore(scalar) : .other
    let result = number(of: [kind.rawValue] + targets)
    next[slot] = result
    return result
  }
}
