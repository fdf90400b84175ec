internal import Actions
internal import CProcess
internal import Glibc
internal import Subprocess
internal import SystemPackage

/// Runs one process to its end.
struct ProcessRun {
  let request: ActionRequest
  let launch: Launch
  let control: RunControl
  let poller: Poller
  let records: RunRecords
  let output: RunOutput
  let spawning: LocalProbe.Spawning

  /// Starts the process and returns its one result; `onStarted` is called in between.
  func run(onStarted: @Sendable () -> Void) async -> ActionResult {
    let token = poller.register(control.wakeup)
    defer { poller.drop(token) }
    do {
      let ticks = RunRecords.ticksNow
      let slot = try records.open(request.run, from: ticks)
      defer { records.blank(slot) }
      let stdout = try OutputPipe()
      let stderr = try OutputPipe()
      if launch.user == nil, spawning == .direct {
        return await runDirectly(
          token: token, slot: slot, ticks: ticks, stdout: stdout, stderr: stderr,
          onStarted: onStarted)
      }
      let execution = try await Subprocess.run(
        launch.configuration(gracePeriod: request.gracePeriod), input: .none,
        output: .fileDescriptor(
          FileDescriptor(rawValue: stdout.writing), closeAfterSpawningProcess: true),
        error: .fileDescriptor(
          FileDescriptor(rawValue: stderr.writing), closeAfterSpawningProcess: true)
      ) { execution in
        let process = execution.processIdentifier
        return try await supervise(
          process.value, process.processDescriptor, token: token, slot: slot, ticks: ticks,
          stdout: stdout, stderr: stderr, onStarted: onStarted)
      }
      return await conclude(execution.closureResult, pid: execution.processIdentifier.value)
    } catch let error as SubprocessError {
      return ActionResult(.unstartable, message: words(error))
    } catch {
      return ActionResult(.unstartable, message: "\(error)")
    }
  }

  private func runDirectly(
    token: UInt64, slot: Int, ticks: UInt64, stdout: borrowing OutputPipe,
    stderr: borrowing OutputPipe, onStarted: @Sendable () -> Void,
  ) async -> ActionResult {
    let spawned = DirectSpawn.start(launch, stdout: stdout.writing, stderr: stderr.writing)
    close(stdout.writing)
    close(stderr.writing)
    switch spawned {
    case .failure(let error):
      return ActionResult(.unstartable, message: words(error))
    case .success(let child):
      do throws(ProbeError) {
        let supervision = try await supervise(
          child.pid, child.descriptor, token: token, slot: slot, ticks: ticks, stdout: stdout,
          stderr: stderr, onStarted: onStarted)
        child.reap()
        return await conclude(supervision, pid: child.pid)
      } catch {
        _ = kill(-child.pid, SIGKILL)
        child.reap()
        return ActionResult(.unstartable, message: "\(error)")
      }
    }
  }

  /// Watches a process that has just started, until it is a zombie.
  private func supervise(
    _ pid: Int32, _ descriptor: Int32, token: UInt64, slot: Int, ticks: UInt64,
    stdout: borrowing OutputPipe, stderr: borrowing OutputPipe, onStarted: @Sendable () -> Void,
  ) async throws(ProbeError) -> Supervision {
    _ = writ_forbid_core_dump(pid)
    // Without its number, recovery finds the process by its environment.
    try? records.complete(slot, run: request.run, pid: pid, from: ticks)
    onStarted()
    var supervision = Supervision(
      request, control: control, poller: poller, token: token, pid: pid,
      descriptor: descriptor, output: output)
    try await supervision.run(stdout: stdout, stderr: stderr)
    return supervision
  }

  /// Ends what is left of the group, gives out the last output, and says how it went.
  private func conclude(_ supervision: Supervision, pid: Int32) async -> ActionResult {
    var supervision = supervision
    // Where nobody is left, the system knows no such group.
    if kill(-pid, 0) == 0 { await supervision.sweep(leaderIsReaped: true) }
    supervision.output.finish()
    let exit = supervision.exit
    return ActionResult(
      supervision.stopped ?? .completed, exitCode: exit?.exitCode, signal: exit?.signal,
      message: supervision.stopped.flatMap(message), usage: exit?.usage,
      stdoutBytes: supervision.output.stdoutBytes, stderrBytes: supervision.output.stderrBytes)
  }

  private func message(_ ending: ActionResult.Ending) -> String? {
    ending == .timedOut ? "it took longer than its time-out of \(request.timeout)" : nil
  }

  private func words(_ error: SystemError) -> String {
    if let directory = launch.workingDirectory, let problem = DirectSpawn.problem(in: directory) {
      return "the working directory \(directory) cannot be used: \(problem)"
    }
    return ProgramSearch.explain(launch.path, error, user: launch.user)
  }

  /// Never the library's own words: those may show the environment.
  private func words(_ error: SubprocessError) -> String {
    let number = error.underlyingError.map { SystemError($0.rawValue) }
    if error.code == .failedToChangeWorkingDirectory {
      let reason = number.map { ": \($0)" } ?? ""
      return "the working directory \(launch.workingDirectory ?? "") cannot be used\(reason)"
    }
    return ProgramSearch.explain(launch.path, number ?? SystemError(EIO), user: launch.user)
  }
}
