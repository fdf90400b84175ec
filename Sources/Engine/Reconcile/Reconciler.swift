import Faults
package import Logging
import Planning
package import Resources
import Signatures

/// Where revisions come from.
package protocol RevisionSource: Sendable {
  /// Asks the source for its head, fetching what is new. Ends within the fetch deadline.
  func refresh() async throws(SourceError)
  /// The head as of the last refresh. Blocking.
  func head(liveRoots: [String]) throws(SourceError) -> any RevisionReader
  /// Keeps the objects of `revision` from being collected; a repeat costs next to nothing. Blocking.
  func keep(_ revision: String) throws(SourceError)
}

/// The time of day.
package protocol WallClock: Sendable {
  func now() -> Timestamp
}

/// The loop: makes the live state follow the source, for as long as the process lives.
///
/// A trigger only says *when*. One pass runs at a time; triggers during a pass cause one more. After
/// a failure the loop waits longer and longer, but never gives up.
package actor Reconciler {
  package struct Settings: Sendable {
    /// The time between polls, before jitter of up to a tenth.
    package var interval: Duration
    package var backoff: Backoff
    /// The longest wait before a store that failed is tried again.
    package var storeRetryLimit: Duration = .seconds(10)

    package init(interval: Duration = .seconds(60), backoff: Backoff = Backoff()) {
      self.interval = interval
      self.backoff = backoff
    }
  }

  /// What one pass came to, for somebody who waits for it.
  package enum Result: Sendable {
    case report(ReconcilePass.Report)
    case failed(reason: String, message: String)
  }

  /// Runs a pass while no other process makes one.
  package typealias Exclusion =
    @Sendable (() throws -> ReconcilePass.Report) throws -> ReconcilePass.Report

  private let source: any RevisionSource
  private let verifier: (any SourceVerifier)?
  private let pass: ReconcilePass
  private let settings: Settings
  private let clock: any Clock<Duration>
  private let wall: any WallClock
  private let logger: Logger
  private let executor: BlockingExecutor
  private let exclusively: Exclusion
  private let onPass: @Sendable (ReconcilePass.Report) -> Void
  nonisolated private let wakeup = Wakeup()
  /// Closed while the store fails.
  package nonisolated let intake = Intake()
  private var backoff: Backoff
  private var waiters: [CheckedContinuation<Result, Never>] = []
  private var isStopped = false
  /// Whether a pass has come to an end since the start, whatever its outcome.
  package private(set) var hasObserved = false
  private var lastFailure: String?
  /// When everything was last compared with the state tree.
  private var lastAudit: Timestamp?
  /// What the log said last, so that it is not said at every poll again.
  private var lastNews: String?

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    executor.asUnownedSerialExecutor()
  }

  /// - Parameter onPass: hears of each pass that came to an end, and is quick.
  package init(
    source: any RevisionSource, verifier: (any SourceVerifier)? = nil, pass: ReconcilePass,
    settings: Settings, clock: any Clock<Duration>, wall: any WallClock, logger: Logger,
    exclusively: @escaping Exclusion = { try $0() },
    onPass: @escaping @Sendable (ReconcilePass.Report) -> Void,
  ) {
    self.source = source
    self.verifier = verifier
    self.pass = pass
    self.settings = settings
    self.clock = clock
    self.wall = wall
    self.logger = logger
    self.exclusively = exclusively
    self.onPass = onPass
    executor = BlockingExecutor(label: "reconciler")
    backoff = settings.backoff
  }

  /// Makes the loop look now.
  ///
  /// Cheap, and safe to call often.
  package nonisolated func trigger() { wakeup.call() }

  /// Triggers, and waits for a pass that began after the call.
  package func reconcile() async -> Result {
    if isStopped { return .failed(reason: "Stopped", message: "the server is shutting down") }
    return await withCheckedContinuation { continuation in
      waiters.append(continuation)
      wakeup.call()
    }
  }

  /// Runs until the task is cancelled.
  package func run() async {
    while !Task.isCancelled {
      let current = waiters
      waiters = []
      let result = await once()
      for waiter in current { waiter.resume(returning: result) }
      hasObserved = true
      if Task.isCancelled { break }
      await wakeup.wait(for: delay(after: result), clock: clock)
    }
    isStopped = true
    for waiter in waiters {
      waiter.resume(returning: .failed(reason: "Stopped", message: "the server is shutting down"))
    }
    waiters = []
  }

  private func delay(after result: Result) -> Duration {
    if case .failed = result {
      let wait = backoff.next(jitter: .random(in: 0..<1))
      // A disk that has room again says nothing; and asking it is cheap.
      return intake.refusal == nil ? wait : min(wait, settings.storeRetryLimit)
    }
    backoff.reset()
    return settings.interval * (1 + 0.1 * .random(in: 0..<1))
  }

  private func once() async -> Result {
    do {
      try await source.refresh()
      let report = try await verifyAndCompare()
      goOnAccepting()
      log(report)
      lastFailure = nil
      onPass(report)
      return .report(report)
    } catch {
      return fail(error)
    }
  }

  /// How often a step is looked at again that somebody else took part of meanwhile.
  private static let verificationAttempts = 3

  /// Judges the signatures of the step that is about to be made, and makes exactly that one.
  private func verifyAndCompare() async throws -> ReconcilePass.Report {
    guard let verifier, verifier.mode != .off else { return try exclusively { try compare(nil) } }
    var attempt = 1
    while true {
      let status = try pass.store.status()
      let head = try source.head(liveRoots: status.roots).revision
      let verification = try await verifier.verify(head: head, since: status.live.revision)
      do {
        return try exclusively { try compare(verification) }
      } catch let error as SourceError
        where error.code == .moved && attempt < Self.verificationAttempts
      {
        attempt += 1
      }
    }
  }

  /// The synchronous part: plan and apply on this actor's own thread.
  private func compare(_ verification: SourceVerification?) throws -> ReconcilePass.Report {
    try audit()
    let status = try pass.store.status()
    let head = try source.head(liveRoots: status.roots)
    let report = try pass.run(
      source: head, verification: verification, actor: "loop", at: wall.now())
    switch report.outcome {
    // Also where nothing changed: whoever applied it may have been killed before it got here.
    case .applied, .unchanged: try source.keep(report.revision)
    default: break
    }
    FaultPoint.reach(.applyReferenceKept)
    return report
  }

  /// Compares every live row with the state tree, once in a while; a start is not the moment.
  private func audit() throws(StoreError) {
    guard let interval = pass.drift.auditInterval else { return }
    let now = wall.now()
    let due = (lastAudit ?? now).advanced(by: interval)
    if lastAudit == nil { lastAudit = now }
    if now < due { return }
    lastAudit = now
    let count = try pass.store.auditDrift(at: now)
    logger.debug("compared everything", metadata: ["suspects": .stringConvertible(count)])
  }

  private func fail(_ error: any Error) -> Result {
    if Task.isCancelled {
      return .failed(reason: "Stopped", message: "the server is shutting down")
    }
    let reason: String
    let message: String
    if let error = error as? SourceError {
      reason =
        switch error.code {
        case .authentication: "AuthenticationFailed"
        case .trust: "VerificationFailed"
        default: "FetchFailed"
        }
      message = [error.message, error.hint].compactMap(\.self).joined(separator: "; ")
    } else if let error = error as? StoreError {
      reason = "StoreFailed"
      message = [error.message, error.hint].compactMap(\.self).joined(separator: "; ")
      stopAccepting(error)
    } else {
      reason = "Failed"
      message = "\(error)"
    }
    let failure = "\(reason): \(message)"
    let isKnown = failure == lastFailure
    logger.log(
      level: isKnown && intake.refusal != nil ? .debug : .error, "pass failed",
      metadata: ["reason": .string(reason), "error": .string(message)])
    if !isKnown || intake.refusal != nil {
      lastFailure = failure
      record(reason, message)
    }
    return .failed(reason: reason, message: message)
  }

  private func stopAccepting(_ error: StoreError) {
    guard error.code.isOfTheStore else { return }
    let words = [error.message, error.hint].compactMap(\.self).joined(separator: "; ")
    if intake.close(words) {
      logger.critical(
        "nothing is accepted until the store works again", metadata: ["error": .string(words)])
    }
  }

  private func goOnAccepting() {
    if intake.open() { logger.notice("the store works again") }
  }

  private func record(_ reason: String, _ message: String) {
    let time = wall.now()
    func condition(_ kind: Condition.Kind, _ status: Condition.Status) -> Condition {
      Condition(
        kind, status, reason: reason, message: message, observedRevision: nil,
        transitionTime: time)
    }
    do throws(StoreError) {
      try pass.store.record(
        [
          condition(.ready, .isFalse), condition(.reconciling, .isTrue),
          condition(.stalled, .isTrue),
        ], events: [], actor: "loop", at: time)
      // A pass that failed otherwise, and could be written down, is no failure of the store.
      if reason != "StoreFailed" { goOnAccepting() }
    } catch {
      if intake.refusal == nil {
        logger.error("cannot record conditions", metadata: ["error": .string(error.message)])
      }
      stopAccepting(error)
    }
  }

  private func log(_ report: ReconcilePass.Report) {
    let revision: Logger.Metadata = ["revision": .string(String(report.revision.prefix(12)))]
    if let repair = report.repair {
      logger.notice(
        "put drift back",
        metadata: [
          "revision": .string(String(repair.revision.prefix(12))),
          "root": .string(repair.root.abbreviated),
          "changes": .stringConvertible(repair.counts.values.reduce(0, +)),
        ])
    }
    switch report.outcome {
    case .unchanged: logger.debug("in sync", metadata: revision)
    case .applied(let applied, let plan):
      var metadata = revision
      metadata["plan"] = .string(applied.planDigest.abbreviated)
      metadata["root"] = .string(applied.root.abbreviated)
      for action in Change.Action.allCases {
        metadata[action.rawValue] = .stringConvertible(plan.count(of: action))
      }
      lastNews = nil
      logger.info("applied", metadata: metadata)
    case .blocked(let plan, let blocks):
      var metadata = revision
      metadata["plan"] = .string(plan.digest.abbreviated)
      metadata["guards"] = .string(blocks.map(\.name).joined(separator: ","))
      metadata["clear"] = .string(blocks.map(\.command).joined(separator: "; "))
      logNews(.warning, "blocked", metadata)
    case .invalid(let diagnostics):
      var metadata = revision
      metadata["errors"] = .stringConvertible(diagnostics.count { $0.severity == .error })
      let first = diagnostics.first { $0.severity == .error }
      metadata["first"] = .string(first.map { "\($0.location): \($0.message)" } ?? "")
      logNews(.error, "invalid manifests", metadata)
    case .suspended(let suspension):
      var metadata = revision
      metadata["by"] = .string(suspension.actor)
      logNews(.info, "suspended", metadata)
    case .unverified(let verification):
      var metadata = revision
      metadata["refusals"] = .stringConvertible(
        verification.refusals.count + verification.omittedCount)
      metadata["first"] = .string(verification.refusals.first?.sentence ?? "")
      logNews(.error, "source not verified", metadata)
    }
  }

  /// Logs at `level` what was not logged just before, and at debug level what was.
  private func logNews(
    _ level: Logger.Level, _ message: Logger.Message, _ metadata: Logger.Metadata
  ) {
    let pairs = metadata.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    let news = "\(message) \(pairs.joined(separator: " "))"
    logger.log(level: news == lastNews ? .debug : level, message, metadata: metadata)
    lastNews = news
  }
}
