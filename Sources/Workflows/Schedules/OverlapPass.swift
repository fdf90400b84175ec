/// What becomes of due occurrences while others run: Temporal's algorithm, `processBuffer`.
///
/// Occurrences are known by their index, in nominal order. Each may have its own policy, as in
/// Temporal; a schedule's occurrences all have the one that the schedule has now.
package struct OverlapPass: Hashable {
  /// Start beside whatever runs.
  package private(set) var overlapping: [Int] = []
  /// The one that starts when nothing runs.
  package private(set) var chosen: Int?
  /// Wait on.
  package private(set) var buffer: [Int] = []
  /// Do not run.
  package private(set) var dropped: [Dropped] = []
  /// Whether what runs is to be canceled.
  package private(set) var needsCancel = false
  /// Whether what runs is to be killed.
  package private(set) var needsKill = false

  /// One that does not run, and why.
  package struct Dropped: Hashable {
    package var index: Int
    package var reason: Reason
  }

  /// Why one does not run.
  package enum Reason: Hashable {
    /// Another one runs or is about to.
    case overlap
    /// One waits already.
    case buffered
    /// As many wait as may.
    case bufferFull
    /// A later one takes its place before it began.
    case replaced
    /// It would be ended at once, with the others.
    case canceled
  }

  /// Looks at `count` of them; those beyond `bufferLimit` do not wait.
  package init(
    count: Int, isRunning: Bool, bufferLimit: Int,
    policy: (Int) -> ScheduleDefinition.Overlap,
  ) {
    for index in 0..<count {
      let policy = policy(index)
      if policy == .allowAll {
        overlapping.append(index)
        continue
      }
      guard isRunning || chosen != nil else {
        chosen = index
        continue
      }
      switch policy {
      case .allowAll, .skip: drop(index, .overlap)
      case .bufferOne: if buffer.isEmpty { buffer.append(index) } else { drop(index, .buffered) }
      case .bufferAll: wait(index, bufferLimit)
      case .cancelOther, .killOther:
        guard isRunning else {
          if let chosen { drop(chosen, .replaced) }
          chosen = index
          continue
        }
        if policy == .cancelOther { needsCancel = true } else { needsKill = true }
        wait(index, bufferLimit)
      }
    }
    if needsCancel || needsKill {
      for index in overlapping { drop(index, .canceled) }
      overlapping = []
    }
  }

  private mutating func wait(_ index: Int, _ limit: Int) {
    if buffer.count < limit { buffer.append(index) } else { drop(index, .bufferFull) }
  }

  private mutating func drop(_ index: Int, _ reason: Reason) {
    dropped.append(Dropped(index: index, reason: reason))
  }
}
