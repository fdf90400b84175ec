internal import CProcess
internal import Glibc

/// A process that is held by a descriptor, so that its number cannot come to mean another.
struct ProcessHandle: ~Copyable {
  let pid: Int32
  let descriptor: Int32

  /// Holds `process`, as long as it is still the one that was seen.
  init?(_ process: HostProcess) {
    let descriptor = writ_pidfd_open(process.pid)
    guard descriptor >= 0 else { return nil }
    guard let now = HostProcess(pid: process.pid), now.startTicks == process.startTicks,
      !now.isDead
    else {
      close(descriptor)
      return nil
    }
    pid = process.pid
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Sends a signal; the error number where that fails, 0 otherwise.
  @discardableResult
  func send(_ signal: Int32) -> Int32 {
    writ_pidfd_send_signal(descriptor, signal) == 0 ? 0 : errno
  }

  /// Whether it has ended.
  var hasEnded: Bool {
    var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return Glibc.poll(&poll, 1, 0) > 0
  }
}
