internal import Glibc

/// Sends a signal to all processes with a name: exactly that of the process or of its program.
///
/// Never to the probe, to process 1, or to threads of the kernel. A process is held before its
/// name is looked at, so the signal reaches no other that got its number meanwhile.
struct ProcessSignalling {
  var name: String
  var signal: Int32

  func run(into sink: HostWork.Sink) throws(ProbeError) -> HostWork.Report {
    guard (1...64).contains(signal) else { throw .unstartable("there is no signal \(signal)") }
    guard !name.isEmpty else { throw .unstartable("the name of the processes is empty") }
    var reached: [Int32] = []
    var problems: [String] = []
    for pid in HostProcess.allNumbers() where pid > 1 && pid != getpid() {
      guard let process = HostProcess(pid: pid), matches(process), !process.isKernelThread,
        !process.isDead, let handle = ProcessHandle(process), matches(process)
      else { continue }
      switch handle.send(signal) {
      case 0: reached.append(pid)
      case ESRCH: break
      case let error: problems.append("process \(pid): \(SystemError(error))")
      }
    }
    let text = reached.map { " \($0)" }.joined()
    let line = "signal \(signal) sent to \(reached.count) \(Self.noun(reached.count))\(text)\n"
    _ = sink(Array(line.utf8).span)
    if !problems.isEmpty {
      return HostWork.Report(isGood: false, message: problems.prefix(20).joined(separator: "; "))
    }
    return HostWork.Report(
      isGood: !reached.isEmpty,
      message: reached.isEmpty ? "no process is called \(name)" : nil)
  }

  private func matches(_ process: HostProcess) -> Bool {
    process.name == name || process.programName == name
  }

  private static func noun(_ count: Int) -> String {
    count == 1 ? "process:" : count == 0 ? "processes" : "processes:"
  }
}
