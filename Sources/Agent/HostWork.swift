internal import Actions
internal import Dispatch

/// An action that the probe does itself, without a process: files, processes of the host.
struct HostWork: Sendable {
  /// What such an action had to say: `true` for exit code 0.
  struct Report: Sendable {
    var isGood: Bool
    var message: String?
  }

  /// Gives out a piece of standard output; false where the work is to stop.
  typealias Sink = (Span<UInt8>) -> Bool

  private let request: ActionRequest
  private let work: @Sendable (Sink) throws(ProbeError) -> Report

  /// Nil where the action is a process.
  init?(_ request: ActionRequest, admission: Admission) {
    self.request = request
    let permits: @Sendable (String) -> Bool = { admission.permits($0, for: request) }
    switch request.action {
    case .readFile(let path, let maxBytes):
      work = { sink throws(ProbeError) in
        try FileReading(path: path, maxBytes: maxBytes, permits: permits).run(into: sink)
      }
    case .writeFile(let write):
      work = { _ throws(ProbeError) in
        try FileWriting(write, run: request.run, permits: permits).run()
      }
    case .listProcesses(let name):
      work = { sink in ProcessListing(name: name).run(into: sink) }
    case .signalProcesses(let name, let signal):
      work = { sink throws(ProbeError) in
        try ProcessSignalling(name: name, signal: signal).run(into: sink)
      }
    case .shell, .exec, .systemd, .kubectl: return nil
    }
  }

  /// Does it on a thread that may block; a stop or the time-out ends it between two pieces.
  func run(
    control: RunControl, output: RunOutput, onStarted: @Sendable () -> Void,
  ) async -> ActionResult {
    if let stop = control.stopRequest { return LocalProbe.stoppedBeforeStart(stop) }
    onStarted()
    return await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        continuation.resume(returning: perform(control: control, output: output))
      }
    }
  }

  private func perform(control: RunControl, output: RunOutput) -> ActionResult {
    var output = output
    let deadline = MonotonicTime.now + request.timeout
    var stopped: ActionResult.Ending?
    var result: ActionResult
    do throws(ProbeError) {
      let report = try work { bytes in
        output.append(bytes, to: .stdout)
        output.give()
        if let stop = control.stopRequest {
          stopped = stop == .kill ? .killed : .canceled
        } else if deadline <= .now {
          stopped = .timedOut
        }
        return stopped == nil
      }
      result = ActionResult(
        stopped ?? .completed, exitCode: stopped == nil ? (report.isGood ? 0 : 1) : nil,
        message: report.message)
    } catch {
      result =
        switch error {
        case .refused(let words): ActionResult(.refused, message: words)
        case .unstartable(let words): ActionResult(.unstartable, message: words)
        case .path, .system: ActionResult(.completed, exitCode: 1, message: "\(error)")
        }
    }
    output.finish()
    result.stdoutBytes = output.stdoutBytes
    return result
  }
}
