internal import Glibc

/// Which processes of this host belong to a run, besides its main one.
///
/// Those of its process group and session; with `includesMarked` also those that left both but
/// still have the run's mark in their environment, as daemons do. A process that left the session
/// and cleared its environment is not found.
struct RunProcesses {
  var run: String
  /// Which probe the run is of.
  var probe: String
  /// The main process, whose number is also that of the group and the session.
  var leader: Int32
  /// Whether the number of the leader may mean another process by now.
  var leaderIsReaped: Bool
  var includesMarked: Bool

  /// Those that live now, by ascending number.
  func find() -> [HostProcess] {
    var found: [HostProcess] = []
    for pid in HostProcess.allNumbers() {
      guard let process = HostProcess(pid: pid), !process.isDead, !process.isKernelThread,
        pid != getpid()
      else { continue }
      if process.group == leader || process.session == leader {
        if leaderIsReaped {
          // Nobody can take the number of a group that still has members. So whoever has it now
          // came after the last one was gone, and so did all of its group.
          guard pid != leader else { return [] }
          if let mark = process.mark, mark != RunMark(run: run, probe: probe) { continue }
        } else if pid == leader {
          continue
        }
        found.append(process)
      } else if includesMarked, process.mark == RunMark(run: run, probe: probe) {
        found.append(process)
      }
    }
    return found
  }

  /// Sends `signal` to all of them; how many were reached.
  @discardableResult
  func send(_ signal: Int32) -> Int {
    var count = 0
    for process in find() {
      guard let handle = ProcessHandle(process) else { continue }
      if handle.send(signal) == 0 { count += 1 }
    }
    return count
  }
}
