internal import Glibc

/// The processes of the host, one JSON object on a line each, by ascending number.
///
/// `{"pid", "ppid", "user", "state", "started", "name", "argv"}`; the environment is not shown.
/// Bytes that are not UTF-8 show as U+FFFD, and no more than 4 KiB of the arguments.
struct ProcessListing {
  /// Only processes with this name, or of a program with this name.
  var name: String?

  private static let argumentLimit = 4096

  func run(into sink: HostWork.Sink) -> HostWork.Report {
    let bootTime = Self.bootTime()
    var users: [UInt32: String] = [:]
    for pid in HostProcess.allNumbers() {
      guard let process = HostProcess(pid: pid), matches(process) else { continue }
      var status = stat()
      guard stat("/proc/\(pid)", &status) == 0 else { continue }
      let user = users[status.st_uid] ?? HostUser.name(of: status.st_uid)
      users[status.st_uid] = user
      let line = Self.line(process, user: user, bootTime: bootTime)
      guard sink(Array(line.utf8).span) else { break }
    }
    return HostWork.Report(isGood: true)
  }

  private func matches(_ process: HostProcess) -> Bool {
    guard let name else { return true }
    return process.name == name || process.programName == name
  }

  private static func line(_ process: HostProcess, user: String, bootTime: Int64) -> String {
    let bytes = ProcFile.read("/proc/\(process.pid)/cmdline", limit: argumentLimit) ?? []
    let whole = bytes.last == 0 ? bytes.dropLast() : bytes[...]
    let words =
      whole.isEmpty
      ? [] : whole.split(separator: 0, omittingEmptySubsequences: false).map(quoted)
    let state = String(Unicode.Scalar(process.state))
    return "{\"pid\":\(process.pid),\"ppid\":\(process.parent),\"user\":\(quoted(user.utf8)),"
      + "\"state\":\(quoted(state.utf8)),"
      + "\"started\":\"\(time(bootTime + Int64(process.startTicks / 100)))\","
      + "\"name\":\(quoted(process.name.utf8)),\"argv\":[\(words.joined(separator: ","))]}\n"
  }

  /// When the machine started, in seconds since 1970.
  private static func bootTime() -> Int64 {
    let text = ProcFile.read("/proc/stat", limit: 1 << 20) ?? []
    for line in text.split(separator: UInt8(ascii: "\n")) where line.starts(with: "btime ".utf8) {
      return Int64(ascii: line.dropFirst(6)) ?? 0
    }
    return 0
  }

  private static func time(_ seconds: Int64) -> String {
    var seconds = time_t(seconds)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
      + "T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))Z"
  }

  /// A JSON string.
  private static func quoted(_ bytes: some Collection<UInt8>) -> String {
    var text = "\""
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      case _ where scalar.value < 32 || scalar.value == 127:
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }
}
