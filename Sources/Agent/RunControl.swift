internal import Synchronization

/// How a run is asked to stop.
enum StopRequest: Int, Comparable, Sendable {
  case cancel, kill

  static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// The hold on a run from outside: whoever has it can ask the run to stop, at any time.
final class RunControl: Sendable {
  let wakeup = Wakeup()
  // Asked from any thread, read by the run.
  private let request = Mutex<StopRequest?>(nil)

  /// What was asked for so far; a kill replaces a cancel, never the reverse.
  var stopRequest: StopRequest? { request.withLock { $0 } }

  func stop(_ wanted: StopRequest) {
    request.withLock { $0 = max($0 ?? wanted, wanted) }
    wakeup.signal(.stop)
  }
}
