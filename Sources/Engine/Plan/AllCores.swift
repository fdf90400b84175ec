internal import Dispatch
internal import Glibc
package import Planning
internal import Synchronization

/// As many pieces at a time as there are processors.
///
/// The thread that asks for the work takes part in it, and goes on when all is done.
package struct AllCores: Spread {
  package let width: Int

  package init() { width = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  /// With a width of its own, for tests.
  package init(width: Int) { self.width = max(1, width) }

  package func map<Result: Sendable>(
    _ count: Int, _ piece: @Sendable (_ index: Int) -> Result,
  ) -> [Result] {
    let results = Mutex<[Result?]>(Array(repeating: nil, count: count))
    DispatchQueue.concurrentPerform(iterations: count) { index in
      let result = piece(index)
      results.withLock { $0[index] = result }
    }
    return results.withLock { $0 }.compactMap(\.self)
  }

  /// Other threads than that of the caller begin; it helps when it asks for the results.
  package func begin<Result: Sendable>(
    _ count: Int, _ piece: @escaping @Sendable (_ index: Int) -> Result,
  ) -> any Begun<Result> {
    let begun = BegunOnCores(count, piece)
    for _ in 0..<min(width - 1, count) {
      DispatchQueue.global().async { [weak begun] in
        while begun?.doNext() == true {}
      }
    }
    return begun
  }
}

private final class BegunOnCores<Result: Sendable>: Begun {
  private struct State {
    var next = 0
    var results: [Result?]
  }

  private let piece: @Sendable (_ index: Int) -> Result
  private let state: Mutex<State>
  /// Those who are at a piece.
  private let working = DispatchGroup()

  init(_ count: Int, _ piece: @escaping @Sendable (_ index: Int) -> Result) {
    self.piece = piece
    state = Mutex(State(results: Array(repeating: nil, count: count)))
  }

  /// Does the next piece; false where there is none.
  func doNext() -> Bool {
    let taken = state.withLock { state -> Int? in
      if state.next == state.results.count { return nil }
      working.enter()
      defer { state.next += 1 }
      return state.next
    }
    guard let taken else { return false }
    let result = piece(taken)
    state.withLock { $0.results[taken] = result }
    working.leave()
    return true
  }

  func finish() -> [Result] {
    while doNext() {}
    working.wait()
    return state.withLock { $0.results }.compactMap(\.self)
  }
}
