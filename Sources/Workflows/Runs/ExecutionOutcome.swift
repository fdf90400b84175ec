extension Execution {
  /// How an execution ended, by the last attempts on its probes: the first line that applies.
  ///
  /// | one probe at least                            | outcome  |
  /// |-----------------------------------------------|----------|
  /// | failed, timed out, was lost, or was retried without success | failed |
  /// | was denied                                    | denied   |
  /// | was canceled                                  | canceled |
  /// | succeeded                                     | success  |
  /// | was skipped, or there are none                | skipped  |
  package static func outcome(of runs: some Sequence<Run>) -> State {
    var states: Set<RunState> = []
    for run in runs {
      if run.countsAsFailed { return .failed }
      states.insert(run.state)
    }
    if states.contains(.denied) { return .denied }
    if states.contains(.canceled) { return .canceled }
    return states.contains(.success) ? .success : .skipped
  }
}
