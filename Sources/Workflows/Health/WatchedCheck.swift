package import Resources

/// What a check says of a state at one moment.
package enum HealthObservation: Hashable, Sendable {
  case healthy
  case failing(reason: String)
  /// The check could not be made; it counts neither way.
  case unknown(reason: String)
}

/// One check of a watch, and how it went so far.
package struct WatchedCheck: Hashable, Sendable {
  package var definition: CheckDefinition
  /// Who asks for it: `settings`, or the keys of resources; sorted.
  package var sources: [String]
  package var interval: TimeSpan
  package var failureLimit: Int
  package var successCount: Int
  /// Until when it is asked at least.
  package var deadline: Timestamp
  /// When it is asked next.
  package var next: Timestamp
  /// Failures in a row.
  package var failures = 0
  /// Successes in a row.
  package var successes = 0
  /// How often it was asked at or after the deadline.
  package var lateCount = 0
  package var isPassed = false
  /// What it said when it last was not healthy.
  package var lastReason: String?

  package init(
    _ definition: CheckDefinition, source: String, policy: HealthPolicy, from start: Timestamp,
  ) {
    self.definition = definition
    sources = [source]
    interval = policy.interval
    failureLimit = policy.failureLimit
    successCount = policy.successCount
    deadline = start.adding(policy.window)
    next = min(start.adding(policy.interval), deadline)
  }

  /// So often a check may be asked after its deadline before it counts as failed.
  ///
  /// Enough for the last failures to reach their limit, or the successes theirs, once each; what
  /// flaps longer than that is not healthy.
  package var lateLimit: Int { failureLimit + successCount }

  /// Whether it is to be asked at `now`.
  ///
  /// A next time further off than the interval means that the clock went back.
  package func isDue(at now: Timestamp) -> Bool {
    !isPassed && (next <= now || next > now.adding(interval))
  }

  /// Takes what the check said at `now`.
  ///
  /// - Returns: why the check has failed for good; nil while it has not.
  mutating func take(_ observation: HealthObservation, at now: Timestamp) -> String? {
    switch observation {
    case .healthy:
      failures = 0
      successes += 1
    case .failing(let reason):
      failures += 1
      successes = 0
      lastReason = reason
    case .unknown(let reason): lastReason = reason
    }
    if failures >= failureLimit { return lastReason ?? "it fails" }
    if now >= deadline {
      lateCount += 1
      if observation == .healthy, successes >= successCount {
        isPassed = true
        return nil
      }
      if lateCount >= lateLimit {
        return "it was not healthy at the end of the window: \(lastReason ?? "no answer")"
      }
    }
    let later = now.adding(interval)
    next = now < deadline ? min(later, deadline) : later
    return nil
  }
}
