internal import Glibc
internal import Synchronization

extension FaultPoint {
  /// Kills this process if a test asked for that here; costs one comparison where none did.
  @inlinable package static func reach(_ point: FaultPoint) {
    #if DEBUG
      arrive(at: point)
    #endif
  }

  /// What a child process with an environment of its own must be given to have the same faults.
  package static var environment: [String: String] {
    #if DEBUG
      request.map { [variable: $0] } ?? [:]
    #else
      [:]
    #endif
  }

  #if DEBUG
    private static let variable = "WRIT_FAULT"
    private static var request: String? { getenv(variable).map { String(cString: $0) } }
    /// Read once.
    private static let armed = ArmedFault(request)

    @usableFromInline package static func arrive(at point: FaultPoint) {
      guard let armed, armed.isDue(at: point) else { return }
      kill(getpid(), SIGKILL)
      // The signal may take a moment to reach this thread, which must not go on meanwhile.
      while true { pause() }
    }
  #endif
}

#if DEBUG
  /// A place to die at, and how many arrivals there are until then.
  private final class ArmedFault: Sendable {
    private let point: FaultPoint
    private let remaining: Atomic<Int>

    /// Nil where nothing is asked for.
    ///
    /// A request that cannot be read is a test that would prove nothing, so the process ends.
    init?(_ request: String?) {
      guard let request, !request.isEmpty else { return nil }
      let parts = request.split(separator: ":", maxSplits: 1)
      guard let point = FaultPoint(rawValue: String(parts[0])),
        let count = parts.count == 1 ? 1 : Int(parts[1]), count > 0
      else {
        let words = Array("writ: WRIT_FAULT=\(request) names no fault point\n".utf8)
        _ = write(STDERR_FILENO, words, words.count)
        exit(70)
      }
      self.point = point
      remaining = Atomic(count)
    }

    func isDue(at point: FaultPoint) -> Bool {
      guard point == self.point else { return false }
      return remaining.subtract(1, ordering: .relaxed).newValue == 0
    }
  }
#endif
