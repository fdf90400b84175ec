package import Logging
package import Resources
package import Workflows

/// Compacts the journal of a running server, at most once a day, apart from everything else.
package actor Retention {
  /// The time between two looks.
  package static let interval: Duration = .seconds(3600)
  /// The least time between two checkpoints.
  package static let pause = TimeSpan.days(1)

  private let keep: TimeSpan
  private let archive: any JournalArchive
  private let compact: @Sendable (_ before: Timestamp) throws -> Checkpoint?
  private let clock: any Clock<Duration>
  private let wall: any WallClock
  private let logger: Logger
  private let executor = BlockingExecutor(label: "retention")

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    executor.asUnownedSerialExecutor()
  }

  /// - Parameter compact: drops what is older than a time; nil where that is nothing.
  package init(
    keep: TimeSpan, archive: any JournalArchive, clock: any Clock<Duration>, wall: any WallClock,
    logger: Logger, compact: @escaping @Sendable (_ before: Timestamp) throws -> Checkpoint?,
  ) {
    self.keep = keep
    self.archive = archive
    self.compact = compact
    self.clock = clock
    self.wall = wall
    self.logger = logger
  }

  /// Runs until the task is cancelled.
  package func run() async {
    while !Task.isCancelled {
      look()
      do { try await clock.sleep(for: Self.interval) } catch { return }
    }
  }

  /// Compacts where it is due.
  ///
  /// A failure waits for the next look.
  package func look() {
    do {
      let now = wall.now()
      if let last = try archive.checkpoint(), now < last.madeAt.advanced(by: Self.pause) { return }
      let before = now.advanced(by: TimeSpan(nanoseconds: -keep.nanoseconds))
      guard let checkpoint = try compact(before) else { return }
      logger.info(
        "journal compacted",
        metadata: [
          "through": .stringConvertible(checkpoint.sequence),
          "export": .string(checkpoint.exportPath ?? "none"),
        ])
    } catch {
      logger.error("journal cannot be compacted", metadata: ["error": .string("\(error)")])
    }
  }
}

extension Timestamp {
  /// The time so much later, or the last one that there is.
  fileprivate func advanced(by span: TimeSpan) -> Timestamp {
    let (sum, overflow) = nanoseconds.addingReportingOverflow(span.nanoseconds)
    return Timestamp(nanoseconds: overflow ? (span.nanoseconds < 0 ? .min : .max) : sum)
  }
}
