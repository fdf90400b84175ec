package import Resources
package import Workflows

/// The watches that are kept over restarts.
///
/// They begin and fail inside the transaction of an apply (`ApplyContext.health`); what needs no
/// apply is here. Synchronous, one transaction for each method.
package protocol HealthStore: Sendable {
  /// The watch that is not over; there is one at most.
  func openWatch() throws(StoreError) -> HealthRecord?
  /// The newest watch, over or not.
  func latestWatch() throws(StoreError) -> HealthRecord?
  /// The newest watch over the state that is live.
  func watchOfLiveState() throws(StoreError) -> HealthRecord?
  /// The newest watch over the state `root`.
  func watch(ofRoot root: Digest) throws(StoreError) -> HealthRecord?
  /// The watches over the applies in `sequences`.
  func watches(of sequences: ClosedRange<Int64>) throws(StoreError) -> [HealthRecord]

  /// Writes how `watch` went on, where it is still the open one and nobody else wrote it since it
  /// was read as `old`.
  ///
  /// - Returns: whether it was written. Of two that look at the same moment, one counts.
  func advance(
    _ sequence: Int64, from old: HealthWatch, to watch: HealthWatch,
  ) throws(StoreError) -> Bool

  /// Ends the open watch without an apply, with its event and effects.
  ///
  /// Throws `stale` where `sequence` is not the open one.
  func conclude(_ end: HealthEnd, effects: [NewEffect]) throws(StoreError)

  /// How many effects were given up whose idempotency key begins with `prefix`.
  func abandonedEffects(keyPrefix prefix: String) throws(StoreError) -> Int
}

/// The state and the watches over it, in one database.
package typealias WatchedStore = StateStore & HealthStore

/// A watch as the store has it.
package struct HealthRecord: Hashable, Sendable {
  package enum State: String, Hashable, Sendable {
    case watching
    case passed
    case failed
    /// A newer apply took its place before it was over.
    case superseded
  }

  /// The state to go back to.
  package struct GoodState: Hashable, Sendable {
    /// The sequence of the apply that made it.
    package var sequence: Int64
    package var revision: String
    package var root: Digest

    package init(sequence: Int64, revision: String, root: Digest) {
      self.sequence = sequence
      self.revision = revision
      self.root = root
    }
  }

  /// The sequence of the apply that is watched.
  package var sequence: Int64
  package var root: Digest
  package var revision: String
  package var planDigest: Digest
  /// The newest state before it that passed its watch or had none; nil where there was none.
  package var good: GoodState?
  package var began: Timestamp
  package var watch: HealthWatch
  package var state: State
  /// When it was over.
  package var ended: Timestamp?
  /// Who ended it: `health` by itself, else a person or a monitor.
  package var actor: String?
  /// The check that failed.
  package var check: String?
  /// Why it failed, or what was said when it was passed by hand.
  package var reason: String?
  /// Whether it failed and the state before it was made live again.
  package var isRolledBack = false

  /// Whether it failed, and the state was left as it is.
  package var hasStayed: Bool { state == .failed && !isRolledBack }

  package init(
    sequence: Int64, root: Digest, revision: String, planDigest: Digest, good: GoodState?,
    began: Timestamp, watch: HealthWatch, state: State,
  ) {
    self.sequence = sequence
    self.root = root
    self.revision = revision
    self.planDigest = planDigest
    self.good = good
    self.began = began
    self.watch = watch
    self.state = state
  }
}

/// What an apply does to watches, in its own transaction.
package enum HealthStep: Hashable, Sendable {
  /// The new state is watched.
  case begin(HealthWatch)
  /// The apply goes back, because the watch failed.
  case fail(HealthEnd)
}

/// How a watch comes to its end.
package struct HealthEnd: Hashable, Sendable {
  package enum Verdict: String, Hashable, Sendable { case passed, failed }

  /// The apply that was watched.
  package var sequence: Int64
  package var verdict: Verdict
  package var check: String?
  package var reason: String?
  package var actor: String
  package var time: Timestamp
  /// The watch as it was in the end.
  package var watch: HealthWatch

  package init(
    sequence: Int64, verdict: Verdict, check: String? = nil, reason: String? = nil, actor: String,
    time: Timestamp, watch: HealthWatch,
  ) {
    self.watch = watch
    self.sequence = sequence
    self.verdict = verdict
    self.check = check
    self.reason = reason
    self.actor = actor
    self.time = time
  }
}
