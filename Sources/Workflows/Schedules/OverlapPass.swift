/// What becomes of due occurrences while others run: Temporal's algorithm, `processBuffer`.
///
/// Occurrences are known by their index, in nominal order. Each may have its own policy, as in
/// Temporal; a schedule's occurrences all have the one that the schedule has now.
struct OverlapPass: Hashable {
  /// Start beside whatever runs.
  private(set) var overlapping: [Int] = []
  /// The one that starts when nothing runs.
  private(set) var chosen: Int?
  /// Wait on.
  private(set) var buffer: [Int] = []
  /// Do not run.
  private(set) var dropped: [Dropped] = []
  private(set) var needsCancel = false
  private(set) var needsKill = false

  struct Dropped: Hashable {
    var index: Int
    var reason: Reason
  }

  enum Reason: Hashable {
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

  init(
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
