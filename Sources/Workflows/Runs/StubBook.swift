package import Resources
package struct RunBook: Sendable {
  package init(executions: [Execution], runs: [Run]) {}
  package var damaged: [ExecutionID] { [] }
  package var nextTimer: Timestamp? { nil }
  package func execution(_ id: ExecutionID) -> Execution? { nil }
  package func lastRuns(of id: ExecutionID) -> [Run] { [] }
  package mutating func apply(_ event: RunEvent, at now: Timestamp, _ world: any RunWorld) -> RunStep { RunStep() }
}
