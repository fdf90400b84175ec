package import Actions
package import Resources

/// One attempt of a job on one probe.
package struct Run: Hashable, Sendable {
  package var id: RunID
  package var job: String
  package var state: RunState
  /// Why it is in this state, as one word for scripts; nil where the state says it all.
  package var reason: Reason?
  /// The reason in words.
  package var message: String?
  package var createdAt: Timestamp
  /// While it is queued: when it is judged again by itself (jitter, back-off, staleness).
  package var notBefore: Timestamp?
  package var startedAt: Timestamp?
  package var endedAt: Timestamp?
  package var exitCode: Int32?
  package var signal: Int32?
  package var usage: ResourceUsage?
  package var stdoutBytes: Int64
  package var stderrBytes: Int64
  /// Somebody wants it to stop; set until it did.
  package var stop: StopRequest?

  package enum Reason: String, Hashable, Sendable, CaseIterable {
    // Of runs that wait.
    case approval, admission, wave, concurrency, backoff, jitter, disconnected, capacity
    // Of runs that were skipped or denied.
    case versionChanged, deadline, revoked, stale, policy, rejected, busy
    // Of runs that ended.
    case exitCode, signal, condition, timeout, unstartable, serverEnded, probeLost
    case canceled, killed, replaced, failureBudget, jobDeleted
  }

  /// Who wants a run to stop, and how soon.
  package struct StopRequest: Hashable, Sendable {
    package enum Mode: String, Hashable, Sendable { case cancel, kill }

    package var mode: Mode
    package var actor: String
    package var reason: Reason
    package var time: Timestamp

    package init(mode: Mode, actor: String, reason: Reason, time: Timestamp) {
      self.mode = mode
      self.actor = actor
      self.reason = reason
      self.time = time
    }
  }

  package init(
    id: RunID, job: String, state: RunState = .queued, reason: Reason? = nil,
    message: String? = nil, createdAt: Timestamp, notBefore: Timestamp? = nil,
    startedAt: Timestamp? = nil, endedAt: Timestamp? = nil, exitCode: Int32? = nil,
    signal: Int32? = nil, usage: ResourceUsage? = nil, stdoutBytes: Int64 = 0,
    stderrBytes: Int64 = 0, stop: StopRequest? = nil,
  ) {
    self.id = id
    self.job = job
    self.state = state
    self.reason = reason
    self.message = message
    self.createdAt = createdAt
    self.notBefore = notBefore
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.exitCode = exitCode
    self.signal = signal
    self.usage = usage
    self.stdoutBytes = stdoutBytes
    self.stderrBytes = stderrBytes
    self.stop = stop
  }
}
