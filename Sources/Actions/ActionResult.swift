/// What became of one attempt, as the probe saw it.
package struct ActionResult: Hashable, Sendable {
  /// How it ended.
  package enum Ending: String, Hashable, Sendable, CaseIterable {
    /// It came to its own end: see `exitCode` and `signal`.
    case completed
    /// It was stopped, because it took longer than it may.
    case timedOut
    /// It was asked to stop, and is gone.
    case canceled
    /// It was killed by request.
    case killed
    /// The command policy does not allow it; nothing was started.
    case refused
    /// It could not be started; nothing ran.
    case unstartable
  }

  package var ending: Ending
  /// The exit code, where it exited by itself; for actions without a process 0 or 1.
  package var exitCode: Int32?
  /// The number of the signal that ended it.
  package var signal: Int32?
  /// Why, in words for people, where the numbers do not say it.
  package var message: String?
  package var usage: ResourceUsage?
  /// How many bytes each stream had in all, kept or not, after secrets were taken out.
  package var stdoutBytes: Int64
  package var stderrBytes: Int64

  package init(
    _ ending: Ending, exitCode: Int32? = nil, signal: Int32? = nil, message: String? = nil,
    usage: ResourceUsage? = nil, stdoutBytes: Int64 = 0, stderrBytes: Int64 = 0,
  ) {
    self.ending = ending
    self.exitCode = exitCode
    self.signal = signal
    self.message = message
    self.usage = usage
    self.stdoutBytes = stdoutBytes
    self.stderrBytes = stderrBytes
  }
}

/// What a process and the children that it waited for have used.
package struct ResourceUsage: Hashable, Sendable {
  package var userCPU: Duration
  package var systemCPU: Duration
  /// The most memory that was resident at a time, in bytes; never less than what the process shared
  /// with the probe before it became its program.
  package var maxResidentBytes: Int64

  package init(userCPU: Duration, systemCPU: Duration, maxResidentBytes: Int64) {
    self.userCPU = userCPU
    self.systemCPU = systemCPU
    self.maxResidentBytes = maxResidentBytes
  }
}

/// A piece of what a run wrote.
package struct OutputChunk: Hashable, Sendable {
  package enum Stream: String, Hashable, Sendable, CaseIterable { case stdout, stderr }

  package var stream: Stream
  /// Where it begins, counted in bytes from the beginning of the stream, secrets taken out.
  ///
  /// Chunks come in order; where one begins later than the last one ended, what is between is cut.
  package var offset: Int64
  package var bytes: [UInt8]

  package init(stream: Stream, offset: Int64, bytes: [UInt8]) {
    self.stream = stream
    self.offset = offset
    self.bytes = bytes
  }
}
