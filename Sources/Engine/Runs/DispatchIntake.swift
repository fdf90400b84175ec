import Actions
import Resources
import Synchronization
import Workflows

/// What probes report, until the dispatcher takes it.
final class DispatchIntake: Sendable {
  struct Report: Sendable {
    var run: RunID
    var time: Timestamp
    var report: ActionReport
  }

  private struct State {
    var reports: [Report] = []
    var outputBytes = 0
  }

  private let state = Mutex(State())
  /// Output that waits beyond this is cut: the disk may be full for long.
  private static let outputLimit = 64 << 20

  /// - Returns: whether it was taken; else it is output for which there is no room.
  @discardableResult
  func put(_ report: Report) -> Bool {
    state.withLock { state in
      if case .output(let chunk) = report.report {
        guard state.outputBytes + chunk.bytes.count <= Self.outputLimit else { return false }
        state.outputBytes += chunk.bytes.count
      }
      state.reports.append(report)
      return true
    }
  }

  func take() -> [Report] {
    state.withLock { state in
      defer { state = State() }
      return state.reports
    }
  }

  /// Puts back what could not be stored, before what came meanwhile.
  func putBack(_ reports: [Report]) {
    state.withLock { state in
      state.reports = reports + state.reports
      state.outputBytes = state.reports.reduce(0) { $0 + $1.outputBytes }
    }
  }
}

extension DispatchIntake.Report {
  var outputBytes: Int { if case .output(let chunk) = report { chunk.bytes.count } else { 0 } }
}
