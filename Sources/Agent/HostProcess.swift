internal import CProcess
internal import Glibc

/// One process of this host, as `/proc` shows it.
struct HostProcess: Hashable, Sendable {
  var pid: Int32
  /// At most 15 bytes, as the kernel keeps it.
  var name: String
  /// A letter such as `R`, `S`, `Z`.
  var state: UInt8
  var parent: Int32
  var group: Int32
  var session: Int32
  /// When it started, in ticks since the machine did.
  var startTicks: UInt64
  var isKernelThread: Bool

  /// Whether it has ended and only waits for its parent.
  var isDead: Bool { state == UInt8(ascii: "Z") || state == UInt8(ascii: "X") }

  /// The process with this number; nil where there is none.
  init?(pid: Int32) {
    guard let text = ProcFile.read("/proc/\(pid)/stat", limit: 4096) else { return nil }
    self.init(pid: pid, stat: text)
  }

  /// Reads a line of `/proc/PID/stat`.
  ///
  /// The name stands in parentheses and may have any bytes, parentheses and newlines too, so it
  /// ends at the last closing one.
  init?(pid: Int32, stat: [UInt8]) {
    guard let open = stat.firstIndex(of: UInt8(ascii: "(")),
      let close = stat.lastIndex(of: UInt8(ascii: ")")), open < close
    else { return nil }
    let fields = stat[(close + 1)...].split(separator: UInt8(ascii: " "))
    guard fields.count > 19, let state = fields[0].first,
      let parent = Int32(ascii: fields[1]), let group = Int32(ascii: fields[2]),
      let session = Int32(ascii: fields[3]), let flags = UInt64(ascii: fields[6]),
      let startTicks = UInt64(ascii: fields[19])
    else { return nil }
    self.pid = pid
    name = String(decoding: stat[(open + 1)..<close], as: UTF8.self)
    self.state = state
    self.parent = parent
    self.group = group
    self.session = session
    self.startTicks = startTicks
    isKernelThread = flags & 0x0020_0000 != 0
  }

  /// The base name of the program that it runs; nil where that cannot be seen.
  var programName: String? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = readlink("/proc/\(pid)/exe", &buffer, buffer.count)
    guard count > 0 else { return nil }
    let path = String(decoding: buffer[..<count], as: UTF8.self)
    let live = path.hasSuffix(" (deleted)") ? path.dropLast(10) : path[...]
    return live.split(separator: "/").last.map(String.init)
  }

  /// The run that it belongs to, by its environment; nil where there is none, or it is not shown.
  var mark: RunMark? {
    guard let environment = ProcFile.read("/proc/\(pid)/environ", limit: 1 << 20) else {
      return nil
    }
    var run: String?
    var probe: String?
    for entry in environment.split(separator: 0) {
      run = run ?? Self.value(entry, of: RunMark.runVariable)
      probe = probe ?? Self.value(entry, of: RunMark.probeVariable)
      if let run, let probe { return RunMark(run: run, probe: probe) }
    }
    return nil
  }

  private static func value(_ entry: ArraySlice<UInt8>, of name: String) -> String? {
    guard entry.starts(with: name.utf8),
      entry.dropFirst(name.utf8.count).first == UInt8(ascii: "=")
    else { return nil }
    return String(decoding: entry.dropFirst(name.utf8.count + 1), as: UTF8.self)
  }

  /// All process numbers of this host, ascending; no more than `limit`.
  static func allNumbers(limit: Int = 1 << 17) -> [Int32] {
    guard let directory = opendir("/proc") else { return [] }
    defer { closedir(directory) }
    var numbers: [Int32] = []
    while numbers.count < limit, let entry = readdir(directory) {
      let number = withUnsafeBytes(of: &entry.pointee.d_name) { name in
        Int32(ascii: name.prefix { $0 != 0 })
      }
      if let number { numbers.append(number) }
    }
    return numbers.sorted()
  }
}

/// Files of `/proc`, which have no size.
enum ProcFile {
  /// What stands in a file, cut after `limit` bytes; nil where it cannot be read.
  static func read(_ path: String, limit: Int) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var content: [UInt8] = []
    while content.count < limit {
      let size = min(limit - content.count, 16384)
      let part = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        count = max(Glibc.read(descriptor, buffer.baseAddress, size), 0)
      }
      guard !part.isEmpty else { break }
      content += part
    }
    return content
  }
}

extension FixedWidthInteger {
  /// Reads a decimal number; nil where that is not all there is.
  init?(ascii bytes: some Collection<UInt8>) {
    guard !bytes.isEmpty, bytes.count < 24 else { return nil }
    var digits = bytes[...]
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative { digits = digits.dropFirst() }
    guard !digits.isEmpty else { return nil }
    var value: Self = 0
    for byte in digits {
      guard byte >= 48, byte <= 57 else { return nil }
      let (product, tooBig) = value.multipliedReportingOverflow(by: 10)
      let (sum, over) = product.addingReportingOverflow(Self(byte - 48))
      guard !tooBig, !over else { return nil }
      value = sum
    }
    guard isNegative else {
      self = value
      return
    }
    guard Self.isSigned else { return nil }
    self = 0 - value
  }
}
