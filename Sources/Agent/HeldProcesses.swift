internal import CProcess
internal import Glibc

/// Some processes that are held by descriptors, to wait for their end.
struct HeldProcesses: ~Copyable {
  /// How many are held at a time.
  static let limit = 1024

  private(set) var descriptors: [Int32] = []

  init(_ processes: [HostProcess]) {
    for process in processes.prefix(Self.limit) {
      let descriptor = writ_pidfd_open(process.pid)
      guard descriptor >= 0 else { continue }
      descriptors.append(descriptor)
      let now = HostProcess(pid: process.pid)
      if now?.startTicks != process.startTicks || now?.isDead != false {
        descriptors.removeLast()
        close(descriptor)
      }
    }
  }

  deinit {
    for descriptor in descriptors { close(descriptor) }
  }

  var isEmpty: Bool { descriptors.isEmpty }

  /// Whether none of them lives any more.
  var haveAllEnded: Bool {
    descriptors.allSatisfy { descriptor in
      var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      return Glibc.poll(&poll, 1, 0) > 0
    }
  }

  /// Waits on this thread until none of them lives; false where the time is over before.
  func waitForAll(until deadline: MonotonicTime) -> Bool {
    for descriptor in descriptors {
      var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      while true {
        let left = deadline - .now
        guard left > .zero else { return haveAllEnded }
        let milliseconds = left / .milliseconds(1)
        let found = Glibc.poll(&poll, 1, Int32(min(max(milliseconds, 1), 60_000)))
        if found > 0 { break }
      }
    }
    return true
  }
}
