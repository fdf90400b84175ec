internal import Actions
internal import CProcess
internal import Glibc

/// How a process ended and what it used; it is not reaped by asking.
///
/// The memory is never less than the most that the probe itself had when it started the process:
/// Linux counts what a child shared with its parent until its program ran.
struct ProcessExit: Hashable, Sendable {
  var exitCode: Int32?
  var signal: Int32?
  var usage: ResourceUsage

  /// Nil while the process lives.
  init?(descriptor: Int32) {
    var code: Int32 = 0
    var status: Int32 = 0
    var used = rusage()
    guard writ_peek_exit(descriptor, &code, &status, &used) == 0, code != 0 else { return nil }
    if code == CLD_EXITED { exitCode = status } else { signal = status }
    usage = ResourceUsage(
      userCPU: .seconds(used.ru_utime.tv_sec) + .microseconds(used.ru_utime.tv_usec),
      systemCPU: .seconds(used.ru_stime.tv_sec) + .microseconds(used.ru_stime.tv_usec),
      maxResidentBytes: Int64(used.ru_maxrss) * 1024)
  }
}
