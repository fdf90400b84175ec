import Resources
import Workflows

/// What simulated people, schedules and pushes do.
extension RunSimulation {
  /// An execution is asked for, some of them twice.
  func arrive() {
    guard hasFaults else { return }
    queue.push(.arrival, at: now + Int64(random.below(120)) * 1_000_000)
    if store.entries.count > (isSuspicious ? 12 : 150) { return }
    let number = random.below(versions.count)
    guard let job = world.jobs["j\(number)"] else { return }
    executionCount += 1
    guard let id = ExecutionID("x\(executionCount)") else { return }
    let size = 1 + random.below(random.chance(20) ? probes.count : 8)
    let first = random.below(probes.count)
    var new = NewExecution(
      id: id, job: job, trigger: .manual, actor: "sim",
      probes: (0..<size).map { probes[(first + $0) % probes.count].name }, startAt: clock)
    if random.chance(5) { new.startAt.nanoseconds += Int64(random.below(10)) * Self.second }
    if random.chance(30) {
      new.deadline = clock
      new.deadline?.nanoseconds += Int64(random.below(30)) * Self.second
    }
    let isStored = serve(.start(new))
    if !isStored || random.chance(2) { serve(.start(new)) }
    guard job.approvers > 0 else { return }
    for person in ["ana", "bob"] {
      queue.push(
        .approval(executionCount, person), at: now + Int64(random.below(3000)) * 1_000_000)
    }
  }

  func approve(_ number: Int, _ person: String) {
    guard let id = ExecutionID("x\(number)") else { return }
    let event: RunEvent =
      random.chance(10) ? .rejected(id, by: person, reason: "no") : .approved(id, by: person)
    if !serve(event) { queue.push(.approval(number, person), at: now) }
  }

  /// Somebody stops, revokes, changes or deletes something.
  func operate() {
    guard hasFaults else { return }
    queue.push(.operation, at: now + Int64(random.below(1000)) * 1_000_000)
    let number = random.below(versions.count)
    let job = "j\(number)"
    switch random.below(20) {
    case 0..<8: stopSomething(job)
    case 8: revoke(job)
    case 9..<11: change(number)
    case 11: delete(number)
    case 12..<15:
      if world.queued.remove(job) == nil { world.queued.insert(job) }
      serve(.rulesChanged)
    case 15:
      if world.denied.remove(job) == nil { world.denied.insert(job) }
    default:
      // Who revoked or deleted something wants it back some time.
      for job in world.revoked.sorted().prefix(1) { world.revoked.remove(job) }
      if world.jobs[job] == nil { change(number) }
    }
  }

  private func stopSomething(_ job: String) {
    let isKill = random.chance(30)
    let mode: Run.StopRequest.Mode = isKill ? .kill : .cancel
    let reason: Run.Reason = isKill ? .killed : .canceled
    let recent = max(1, executionCount - random.below(100))
    guard let id = ExecutionID("x\(recent)") else { return }
    let probe = probes[random.below(probes.count)].name
    let scopes: [StopScope] = [
      .run(RunID(execution: id, probe: probe, attempt: 1 + random.below(2))), .execution(id),
      .job(job),
    ]
    serve(.stop(scopes[random.below(3)], mode, by: "bob", reason: reason))
  }

  private func revoke(_ job: String) {
    let wasRevoked = world.revoked.contains(job)
    world.revoked.insert(job)
    serve(.revoked(job: job, by: "bob")) { if !wasRevoked { world.revoked.remove(job) } }
  }

  private func change(_ number: Int) {
    let old = world.jobs["j\(number)"]
    versions[number] += 1
    world.jobs["j\(number)"] = SimulatedWorld.job(number, version: versions[number])
    // Sometimes the server ends before it tells of the change that it stored.
    if random.chance(90) { serve(.jobsChanged(["j\(number)"])) { world.jobs["j\(number)"] = old } }
  }

  private func delete(_ number: Int) {
    guard let old = world.jobs.removeValue(forKey: "j\(number)") else { return change(number) }
    serve(.jobDeleted("j\(number)", by: "git")) { world.jobs["j\(number)"] = old }
  }
}
