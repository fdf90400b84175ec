package import Actions
internal import Glibc
internal import Synchronization

/// The probe of the host on which it runs: carries out actions, one after another or many at once.
///
/// Each run gives exactly one result. A process gets a session and so a group of its own, only the
/// declared environment (`PATH`, `HOME`, `LANG`, `WRIT_RUN` and `WRIT_PROBE_ID` besides),
/// `/dev/null` as input, no descriptor of the probe, no core dump, and the umask 022. When its
/// main process has ended, the rest of its group and session is ended too: SIGTERM, the grace
/// period, SIGKILL. A daemon that left the session lives on after a run that came to its own end,
/// but not after one that was stopped or took too long, unless it cleared `WRIT_RUN` from its
/// environment; nobody reads its output any more. A process that hangs in the kernel keeps its run
/// until the kernel lets it go.
package final class LocalProbe: Sendable {
  /// What a probe takes for granted of its host.
  package struct Surroundings: Sendable {
    /// Where programs are, for the processes and for finding them.
    package var searchPath: String
    package var home: String
    package var language: String
    /// A variable of the probe's own environment, for secrets.
    package var environment: @Sendable (String) -> String?

    package init(
      searchPath: String = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      home: String = "/", language: String = "C.UTF-8",
      environment: @escaping @Sendable (String) -> String?,
    ) {
      self.searchPath = searchPath
      self.home = home
      self.language = language
      self.environment = environment
    }
  }

  private struct Runs {
    var active: [String: RunControl] = [:]
    /// Runs that were stopped before they came, the oldest first.
    var stoppedEarly: [(run: String, request: StopRequest)] = []
  }

  /// How many stops of runs that did not come yet are remembered.
  private static let stoppedEarlyLimit = 1024

  let directory: String
  let surroundings: Surroundings
  let admission: Admission
  let poller: Poller
  let records: RunRecords
  let starts: StartGate
  // Runs come and go on any thread, and are stopped from any.
  private let runs = Mutex(Runs())

  /// A probe that keeps its records in `directory`, which no other may use at the same time.
  package init(
    directory: String, surroundings: Surroundings, admission: Admission,
  ) throws(ProbeError) {
    self.directory = directory
    self.surroundings = surroundings
    self.admission = admission
    records = try RunRecords(directory: directory)
    poller = try Poller()
    starts = try StartGate()
  }

  deinit { poller.shutDown() }

  /// Carries out `request`, and returns when nothing of it is left.
  ///
  /// `onOutput` is called for one chunk after the other, on no particular thread; while it does
  /// not return, the run waits, and its process too, once the pipe is full. `onStarted` is called
  /// once a process runs. A canceled task cancels the run.
  package func start(
    _ request: ActionRequest, onOutput: @escaping @Sendable (OutputChunk) -> Void,
    onStarted: @Sendable () -> Void = {},
  ) async -> ActionResult {
    if let problem = RequestLimits.problem(of: request) {
      return ActionResult(.refused, message: problem)
    }
    guard let control = begin(request.run) else {
      return ActionResult(.unstartable, message: "the run \(request.run) is here already")
    }
    defer { end(request.run) }
    return await withTaskCancellationHandler {
      await perform(request, control: control, onOutput: onOutput, onStarted: onStarted)
    } onCancel: {
      control.stop(.cancel)
    }
  }

  /// Stops a run: asks it to end, or with `kill` ends it at once; its group and all.
  ///
  /// A run that did not come yet ends as soon as it does; one that is over is not touched.
  package func stop(_ run: String, kill: Bool) {
    let wanted: StopRequest = kill ? .kill : .cancel
    let control = runs.withLock { runs -> RunControl? in
      if let control = runs.active[run] { return control }
      runs.stoppedEarly.append((run, wanted))
      if runs.stoppedEarly.count > Self.stoppedEarlyLimit { runs.stoppedEarly.removeFirst() }
      return nil
    }
    control?.stop(wanted)
  }

  private func begin(_ run: String) -> RunControl? {
    let control = RunControl()
    let early = runs.withLock { runs -> StopRequest?? in
      guard runs.active[run] == nil else { return .none }
      runs.active[run] = control
      guard !runs.stoppedEarly.isEmpty else { return .some(nil) }
      let wanted = runs.stoppedEarly.filter { $0.run == run }.map(\.request).max()
      runs.stoppedEarly.removeAll { $0.run == run }
      return .some(wanted)
    }
    guard let early else { return nil }
    if let early { control.stop(early) }
    return control
  }

  private func end(_ run: String) {
    runs.withLock { $0.active[run] = nil }
  }
}
