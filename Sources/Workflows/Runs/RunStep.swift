package import Resources

/// What an event changes: to be stored in one transaction, and only then to be done.
package struct RunStep: Sendable {
  /// In an order in which they can be stored; each run once.
  package var runs: [RunChange] = []
  package var executions: [ExecutionChange] = []
  /// One for each transition, in order.
  package var notes: [RunNote] = []
  /// To be done after the commit, in order; lost where the server ends in between.
  package var effects: [RunEffect] = []

  package init() {}

  /// Whether there is nothing to store.
  package var isEmpty: Bool { runs.isEmpty && executions.isEmpty && notes.isEmpty }
}

/// A run as it is to be stored.
package struct RunChange: Hashable, Sendable {
  /// The state that must be stored now; nil for a run that must not be there.
  package var before: RunState?
  package var run: Run
}

/// An execution as it is to be stored.
package struct ExecutionChange: Hashable, Sendable {
  /// The state that must be stored now; nil for an execution that must not be there.
  package var before: Execution.State?
  package var execution: Execution
}

/// Something to do in the world.
package enum RunEffect: Hashable, Sendable {
  /// Start this attempt on its probe; given once for each attempt.
  case send(Run, JobDefinition)
  /// Ask the attempt to stop, or kill it; may come again.
  case stop(RunID, kill: Bool)
  case ended(Execution)
}

/// An entry for the journal.
package struct RunNote: Hashable, Sendable {
  package var kind: JournalEvent.Kind
  package var execution: ExecutionID
  /// Nil where it is about the execution.
  package var run: RunID?
  /// Who did it; nil for the server by itself.
  package var actor: String?
  /// One word for scripts, such as a reason or the state of an execution.
  package var reason: String?
  package var message: String?
  package var exitCode: Int32?
  /// Until when it waits.
  package var until: Timestamp?

  package init(
    _ kind: JournalEvent.Kind, _ execution: ExecutionID, run: RunID? = nil, actor: String? = nil,
    reason: String? = nil, message: String? = nil, exitCode: Int32? = nil,
    until: Timestamp? = nil,
  ) {
    self.kind = kind
    self.execution = execution
    self.run = run
    self.actor = actor
    self.reason = reason
    self.message = message
    self.exitCode = exitCode
    self.until = until
  }
}

extension JournalEvent.Kind {
  /// How a run ended; nil for a state in which it goes on.
  init?(ending state: RunState) {
    switch state {
    case .queued, .pending, .running: return nil
    case .success: self = .runSucceeded
    case .failed: self = .runFailed
    case .canceled: self = .runCanceled
    case .denied: self = .runDenied
    case .timedOut: self = .runTimedOut
    case .lost: self = .runLost
    case .skipped: self = .runSkipped
    }
  }
}
