import Testing
import Workflows

/// Which transitions of a run there are: all hundred of them.
struct RunStateTests {
  /// A line per state: those that may come next.
  static let next: [(RunState, Set<RunState>)] = [
    (.queued, [.pending, .canceled, .denied, .skipped]),
    (
      .pending,
      [.running, .success, .failed, .canceled, .denied, .timedOut, .lost, .skipped]
    ),
    (.running, [.success, .failed, .canceled, .timedOut, .lost]),
    (.success, []), (.failed, []), (.canceled, []), (.denied, []), (.timedOut, []), (.lost, []),
    (.skipped, []),
  ]

  @Test(arguments: RunState.allCases)
  func goesOnlyWhereTheTableSays(_ state: RunState) throws {
    let allowed = try #require(Self.next.first { $0.0 == state }).1
    for next in RunState.allCases {
      #expect(state.canBecome(next) == allowed.contains(next), "\(state) -> \(next)")
    }
  }

  @Test(arguments: RunState.allCases)
  func endsForEver(_ state: RunState) {
    #expect(state.isTerminal == RunState.allCases.allSatisfy { !state.canBecome($0) })
  }
}
