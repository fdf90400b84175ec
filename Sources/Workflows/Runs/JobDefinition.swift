package import Actions
package import Resources

/// What the machine of runs needs to know of a job: its spec, typed.
package struct JobDefinition: Hashable, Sendable {
  package var name: String
  /// Of the canonical resource: what was asked for and what is live must be the same.
  package var digest: Digest
  package var action: Action
  package var secrets: [String: SecretSource] = [:]
  package var timeout: TimeSpan
  /// Between SIGTERM and SIGKILL.
  package var gracePeriod: TimeSpan
  package var retry: RetryRule
  package var concurrency: Concurrency
  package var rollout: Rollout?
  /// Up to how long each probe waits before it starts.
  package var jitter: TimeSpan
  /// Whether it may run again where nobody knows whether it did.
  package var isIdempotent: Bool
  package var onLost: LostRule
  package var staleness: Staleness
  /// How many people must approve each execution; 0 for none.
  package var approvers: Int
  /// How many bytes of each stream are kept.
  package var outputLimit: Int

  package enum Concurrency: String, Hashable, Sendable, CaseIterable { case forbid, allow, replace }
  package enum LostRule: String, Hashable, Sendable, CaseIterable { case retry, fail, ask }

  package struct RetryRule: Hashable, Sendable {
    /// How many runs there are at most on a probe, the first included.
    package var attempts: Int
    package var initial: TimeSpan
    package var multiplier: Double
    package var longest: TimeSpan?
    /// What is tried again; nil for every failure and timeout.
    package var on: RetryCauses?

    package init(
      attempts: Int = 1, initial: TimeSpan = .seconds(5), multiplier: Double = 2,
      longest: TimeSpan? = nil, on: RetryCauses? = nil,
    ) {
      self.attempts = attempts
      self.initial = initial
      self.multiplier = multiplier
      self.longest = longest
      self.on = on
    }
  }

  package struct RetryCauses: Hashable, Sendable {
    package var exitCodes: [ClosedRange<Int32>]
    package var signals: Bool
    package var timeouts: Bool
    /// Only where the job may run again.
    package var lost: Bool

    package init(
      exitCodes: [ClosedRange<Int32>] = [], signals: Bool = false, timeouts: Bool = false,
      lost: Bool = false,
    ) {
      self.exitCodes = exitCodes
      self.signals = signals
      self.timeouts = timeouts
      self.lost = lost
    }
  }

  package struct Rollout: Hashable, Sendable {
    package var waves: [RolloutWave]
    package var maxFailures: Share

    package init(waves: [RolloutWave], maxFailures: Share) {
      self.waves = waves
      self.maxFailures = maxFailures
    }
  }

  package struct RolloutWave: Hashable, Sendable {
    /// How many probes have been served after it.
    package var size: Share
    /// How long it waits after the wave before it has ended.
    package var delay: TimeSpan

    package init(size: Share, delay: TimeSpan) {
      self.size = size
      self.delay = delay
    }
  }

  package enum Staleness: Hashable, Sendable {
    case cached, unchecked
    case strict(maxCacheAge: TimeSpan)
  }

  package init(
    name: String, digest: Digest, action: Action, timeout: TimeSpan = .hours(1),
    gracePeriod: TimeSpan = .seconds(10), retry: RetryRule = RetryRule(),
    concurrency: Concurrency = .forbid, rollout: Rollout? = nil, jitter: TimeSpan = .zero,
    isIdempotent: Bool = false, onLost: LostRule = .fail, staleness: Staleness = .cached,
    approvers: Int = 0, outputLimit: Int = 1 << 20,
  ) {
    self.name = name
    self.digest = digest
    self.action = action
    self.timeout = timeout
    self.gracePeriod = gracePeriod
    self.retry = retry
    self.concurrency = concurrency
    self.rollout = rollout
    self.jitter = jitter
    self.isIdempotent = isIdempotent
    self.onLost = onLost
    self.staleness = staleness
    self.approvers = approvers
    self.outputLimit = outputLimit
  }
}
