import Actions
import Planning
import Resources
import Workflows

/// What one transaction of the dispatcher writes, and what is to be done after it.
struct DispatchTurn {
  private(set) var runs: [RunID: RunWrite] = [:]
  private var runOrder: [RunID] = []
  private(set) var executions: [ExecutionID: ExecutionWrite] = [:]
  private var executionOrder: [ExecutionID] = []
  private(set) var notes: [RunNote] = []
  private(set) var effects: [RunEffect] = []

  /// Takes a step of the machine.
  ///
  /// What changes twice is written once: from the state that is stored to the last one.
  mutating func add(_ step: RunStep) {
    for change in step.executions {
      let id = change.execution.id
      if executions[id] == nil {
        executionOrder.append(id)
        executions[id] = ExecutionWrite(change.execution, isNew: change.before == nil)
      } else {
        executions[id]?.execution = change.execution
      }
    }
    for change in step.runs {
      if runs[change.run.id] == nil {
        runOrder.append(change.run.id)
        runs[change.run.id] = RunWrite(change.run, from: change.before)
      } else {
        runs[change.run.id]?.run = change.run
      }
    }
    notes += step.notes
    effects += step.effects
  }

  func write(_ transaction: any RunTransaction) throws(StoreError) {
    try transaction.write(
      executionOrder.compactMap { executions[$0] }, runOrder.compactMap { runs[$0] })
    var rest = notes[...]
    while let first = rest.first {
      let actor = first.actor ?? "dispatcher"
      let group = rest.prefix { ($0.actor ?? "dispatcher") == actor }
      try transaction.append(group.map(\.event), actor: actor)
      rest = rest.dropFirst(group.count)
    }
  }
}

extension RunNote {
  /// As the journal has it.
  fileprivate var event: NewEvent {
    var members: [Value.Member] = []
    if let exitCode { members.append(Value.Member("exitCode", .integer(Int64(exitCode)))) }
    if let message { members.append(Value.Member("message", .string(message))) }
    if let reason { members.append(Value.Member("reason", .string(reason))) }
    if let until { members.append(Value.Member("until", .string(until.description))) }
    return NewEvent(
      kind,
      subject: run.map { "Run/\($0)" } ?? "Execution/\(execution)", payload: .object(members))
  }
}
