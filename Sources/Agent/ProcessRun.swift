internal import Actions
internal import Glibc

/// Runs one process to its end.
struct ProcessRun {
  let request: ActionRequest
  let launch: Launch
  let control: RunControl
  let turn: StartTurn
  /// Where it is watched when it is not young any more.
  let poller: Poller
  let records: RunRecords
  let output: RunOutput

  /// Starts the process and returns its one result; `onStarted` is called in between.
  func run(onStarted: @Sendable () -> Void) async -> ActionResult {
    await turn.begin()
    defer { turn.end() }
    if let stop = control.stopRequest { return LocalProbe.stoppedBeforeStart(stop) }
    do throws(ProbeError) {
      let ticks = RunRecords.ticksNow
      let slot = try records.open(request.run, from: ticks)
      defer { records.blank(slot) }
      var stdout = try OutputPipe()
      var stderr = try OutputPipe()
      let child = try launch.start(
        stdin: turn.lane.input, stdout: stdout.writing, stderr: stderr.writing)
      stdout.closeWriting()
      stderr.closeWriting()
      // Without its number, recovery finds the process by its environment.
      try? records.complete(slot, run: request.run, pid: child.pid, from: ticks)
      onStarted()
      var supervision = Supervision(
        request, control: control, child: child, probe: records.probe, output: output,
        at: PollerPlace(at: turn.lane.poller, for: control.wakeup))
      let isOver = await supervision.isOverWhileYoung(stdout: stdout, stderr: stderr)
      turn.end()
      if isOver {
        child.reap()
        return await supervision.conclude()
      }
      // From here on it may have to wait for others, which the thread of the lane must not.
      return await withTaskExecutorPreference(globalConcurrentExecutor) {
        await supervision.run(
          at: PollerPlace(at: poller, for: control.wakeup), stdout: stdout, stderr: stderr)
        child.reap()
        return await supervision.conclude()
      }
    } catch {
      // Whatever throws does so before a process runs.
      return ActionResult(.unstartable, message: "\(error)")
    }
  }
}
