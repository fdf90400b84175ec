internal import Glibc

/// A run of an earlier life of the probe, of whose end nobody knows.
package struct LeftOver: Hashable, Sendable {
  package var run: String
  /// How many of its processes still lived, and were killed.
  package var killed: Int

  package init(run: String, killed: Int) {
    self.run = run
    self.killed = killed
  }
}

extension LocalProbe {
  /// Kills what an earlier life of the probe left behind, and returns its runs, sorted.
  ///
  /// To be called before the first start; blocks for as long as dying takes, at most about ten
  /// seconds. A process is taken for one of a run where its number, boot and time of start are
  /// those on record, where it is in the group or session of such a one, or where its environment
  /// names the run. A record is forgotten after its processes are gone, so a crash in the middle
  /// only means to do it again.
  package func recover() -> [LeftOver] {
    let records = records.earlier.sorted { $0.key < $1.key }
    let live = records.map(\.value).filter { self.records.isOfThisBoot($0) }
    var killed: [String: Int] = [:]
    let deadline = MonotonicTime.now + .seconds(10)
    while !live.isEmpty, MonotonicTime.now < deadline {
      let found = processes(of: live)
      guard !found.isEmpty else { break }
      for (process, run) in found {
        guard let handle = ProcessHandle(process), handle.send(SIGKILL) == 0 else { continue }
        killed[run, default: 0] += 1
      }
      _ = HeldProcesses(found.map(\.process)).waitForAll(until: deadline)
    }
    for (slot, record) in records {
      unlink("\(directory)/scripts/\(record.run)")
      self.records.blank(slot)
    }
    return Set(records.map(\.value.run)).sorted()
      .map { LeftOver(run: $0, killed: killed[$0] ?? 0) }
  }

  /// All live processes of these runs, with the run of each.
  private func processes(
    of records: [RunRecord],
  ) -> [(process: HostProcess, run: String)] {
    let all = HostProcess.allNumbers().compactMap { HostProcess(pid: $0) }
      .filter { !$0.isDead && !$0.isKernelThread && $0.pid != getpid() }
    var runs: [String: RunRecord] = [:]
    for record in records { runs[record.run] = record }
    // The groups whose leader still is who it was.
    var groups: [Int32: String] = [:]
    for record in records where record.pid > 1 {
      guard let leader = all.first(where: { $0.pid == record.pid }) else { continue }
      if record.started.contains(leader.startTicks) { groups[record.pid] = record.run }
    }
    return all.compactMap { process in
      if let run = groups[process.group] ?? groups[process.session] { return (process, run) }
      guard let mark = process.mark, mark.probe == self.records.probe,
        let record = runs[mark.run], process.startTicks >= record.started.lowerBound
      else { return nil }
      return (process, mark.run)
    }
  }
}
