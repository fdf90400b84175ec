internal import Actions
internal import Glibc

/// Runs one process to its end.
struct ProcessRun {
  let request: ActionRequest
  let launch: Launch
  let control: RunControl
  let poller: Poller
  let records: RunRecords
  let starts: StartGate
  let output: RunOutput

  /// Starts the process and returns its one result; `onStarted` is called in between.
  func run(onStarted: @Sendable () -> Void) async -> ActionResult {
    await starts.enter()
    if let stop = control.stopRequest {
      starts.leave()
      return LocalProbe.stoppedBeforeStart(stop)
    }
    let token = poller.register(control.wakeup)
    defer { poller.drop(token) }
    do throws(ProbeError) {
      let ticks = RunRecords.ticksNow
      let slot = try records.open(request.run, from: ticks)
      defer { records.blank(slot) }
      var stdout = try OutputPipe()
      var stderr = try OutputPipe()
      let child = try launch.start(
        stdin: starts.input, stdout: stdout.writing, stderr: stderr.writing)
      stdout.closeWriting()
      stderr.closeWriting()
      // Without its number, recovery finds the process by its environment.
      try? records.complete(slot, run: request.run, pid: child.pid, from: ticks)
      onStarted()
      var supervision = Supervision(
        request, control: control, poller: poller, starts: starts, token: token, child: child,
        probe: records.probe, output: output)
      await supervision.run(stdout: stdout, stderr: stderr)
      child.reap()
      return await supervision.conclude()
    } catch {
      // Whatever throws does so before a process runs.
      starts.leave()
      return ActionResult(.unstartable, message: "\(error)")
    }
  }
}
