import Actions
import Workflows

/// What one transaction of the dispatcher writes, and what is to be done after it.
struct DispatchTurn {
  private(set) var runs: [RunWrite] = []
  private var runPlaces: [RunID: Int] = [:]
  private(set) var executions: [ExecutionWrite] = []
  private var executionPlaces: [ExecutionID: Int] = [:]
  private(set) var notes: [RunNote] = []
  private(set) var effects: [RunEffect] = []

  /// Whether there is nothing to store.
  var isEmpty: Bool { runs.isEmpty && executions.isEmpty && notes.isEmpty }

  /// The execution, where it changes.
  func execution(_ id: ExecutionID) -> Execution? {
    executionPlaces[id].map { executions[$0].execution }
  }

  /// Takes a step of the machine.
  ///
  /// What changes twice is written once: from the state that is stored to the last one.
  mutating func add(_ step: RunStep) {
    for change in step.executions {
      if let place = executionPlaces[change.execution.id] {
        executions[place].execution = change.execution
      } else {
        executionPlaces[change.execution.id] = executions.count
        executions.append(ExecutionWrite(change.execution, isNew: change.before == nil))
      }
    }
    for change in step.runs {
      if let place = runPlaces[change.run.id] {
        runs[place].run = change.run
      } else {
        runPlaces[change.run.id] = runs.count
        runs.append(RunWrite(change.run, from: change.before))
      }
    }
    notes += step.notes
    effects += step.effects
  }

  func write(_ transaction: any RunTransaction) throws(StoreError) {
    try transaction.write(executions, runs)
    try transaction.append(notes)
  }
}
