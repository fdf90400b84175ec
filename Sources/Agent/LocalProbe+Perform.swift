internal import Actions
internal import Glibc

extension LocalProbe {
  /// Carries out a request that is within its limits.
  func perform(
    _ request: ActionRequest, control: RunControl,
    onOutput: @escaping @Sendable (OutputChunk) -> Void, onStarted: @Sendable () -> Void,
  ) async -> ActionResult {
    if let refusal = admission.refusal(of: request) {
      return ActionResult(.refused, message: refusal)
    }
    if let stop = control.stopRequest { return Self.stoppedBeforeStart(stop) }
    do throws(ProbeError) {
      let secrets = try secretReader.resolve(request.secrets)
      let forms = SecretForms(of: secrets.sorted { $0.key < $1.key }.map { Array($0.value.utf8) })
      let output = RunOutput(limit: request.outputLimit, secrets: forms, onOutput: onOutput)
      if let work = HostWork(request, admission: admission) {
        return await work.run(control: control, output: output, onStarted: onStarted)
      }
      let (launch, script) = try prepare(request, secrets: secrets)
      defer { script?.remove() }
      if let stop = control.stopRequest { return Self.stoppedBeforeStart(stop) }
      let run = ProcessRun(
        request: request, launch: launch, control: control, poller: poller, records: records,
        starts: starts, output: output)
      return await run.run(onStarted: onStarted)
    } catch {
      if case .refused = error { return ActionResult(.refused, message: "\(error)") }
      return ActionResult(.unstartable, message: "\(error)")
    }
  }

  static func stoppedBeforeStart(_ stop: StopRequest) -> ActionResult {
    ActionResult(stop == .kill ? .killed : .canceled, message: "it was stopped before it started")
  }

  private var secretReader: SecretReader { SecretReader(environment: surroundings.environment) }

  /// Looks up everything that a process needs.
  private func prepare(
    _ request: ActionRequest, secrets: [String: String],
  ) throws(ProbeError) -> (Launch, ScriptFile?) {
    let plan = try ProgramPlan(request.action)
    let user = try plan.surroundings.user.map { name throws(ProbeError) in
      try HostUser(named: name)
    }
    if let user, geteuid() != 0, user.id != geteuid() {
      throw .unstartable("only root can run a process as user \(user.name)")
    }
    let base = [
      "PATH": surroundings.searchPath, "HOME": user?.home ?? surroundings.home,
      "LANG": surroundings.language,
    ]
    let environment = try ProcessEnvironment(
      base: base, request: request, own: plan.surroundings.environment, secrets: secrets,
      probe: records.probe)
    let path = try ProgramSearch.find(
      plan.argv[0], searchPath: environment["PATH"] ?? surroundings.searchPath)
    let script = try plan.script.map { text throws(ProbeError) in
      try ScriptFile(text, run: request.run, directory: "\(directory)/scripts", user: user)
    }
    return (
      Launch(
        path: path, arguments: plan.argv + (script.map { [$0.path] } ?? []),
        environment: environment, workingDirectory: plan.surroundings.workingDirectory,
        user: user.flatMap { $0.id == geteuid() ? nil : $0 }),
      script
    )
  }
}
