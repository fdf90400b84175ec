extension Execution.Trigger {
  /// The word of the design for it.
  package var word: String {
    switch self {
    case .manual: "manual"
    case .schedule: "schedule"
    case .catchUp: "catch-up"
    case .pack: "pack"
    case .alert: "alert"
    case .retry: "retry"
    }
  }

  /// The schedule that it comes from.
  package var schedule: String? {
    switch self {
    case .schedule(let name, _, _), .catchUp(let name, _, _): name
    case .manual, .pack, .alert, .retry: nil
    }
  }
}
