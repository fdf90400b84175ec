internal import CProcess
internal import Glibc
internal import Synchronization

/// What is on disk of a run while its process lives, for the next life of the probe.
struct RunRecord: Hashable, Sendable {
  var run: String
  /// The main process, its group and its session; 0 while it is about to start.
  var pid: Int32
  /// In which ticks since boot it was started: no sooner, no later.
  var started: ClosedRange<UInt64>
  /// Which boot of the machine that was.
  var boot: String
}

/// The records of a probe: a file with one slot of fixed size for each process.
///
/// A slot is written before a process starts, completed when its number is known, and blanked at
/// its end: three small writes into the page cache and no file to create on the way of a run.
/// Nothing is flushed, since a loss of power ends the processes too. The file is locked while the
/// probe lives.
final class RunRecords: Sendable {
  static let slotLength = 256
  /// How many slots of an earlier life are read.
  static let slotLimit = 1 << 16

  private struct Slots {
    var free: [Int] = []
    var next = 0
  }

  private let descriptor: Int32
  private let boot: String
  /// A name of this probe that no other has, the same in all its lives.
  let probe: String
  // Runs take and return slots from any thread.
  private let slots: Mutex<Slots>
  /// What an earlier life left, by slot.
  let earlier: [Int: RunRecord]

  /// Opens the records in `directory`, which is made where it is missing.
  init(directory: String) throws(ProbeError) {
    if mkdir(directory, 0o711) != 0, errno != EEXIST {
      throw .path(directory, "cannot be made: \(SystemError.current)")
    }
    let path = "\(directory)/runs"
    descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw .path(path, "\(SystemError.current)") }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw .path(directory, "another probe uses this directory")
    }
    boot =
      ProcFile.read("/proc/sys/kernel/random/boot_id", limit: 64)
      .map { String(decoding: $0.prefix { $0 > 32 }, as: UTF8.self) } ?? "unknown"
    probe = try Self.probeName(in: directory)
    let (records, count) = Self.read(descriptor)
    earlier = records
    slots = Mutex(
      Slots(free: (0..<count).filter { records[$0] == nil }.reversed(), next: count))
  }

  deinit { close(descriptor) }

  /// Whether `record` is of this boot of the machine.
  func isOfThisBoot(_ record: RunRecord) -> Bool { record.boot == boot }

  /// Ticks since the machine started, as `/proc/PID/stat` counts them.
  static var ticksNow: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return UInt64(time.tv_sec) * 100 + UInt64(time.tv_nsec) / 10_000_000
  }

  /// Notes that a process for `run` is about to start; the slot, to complete and to blank.
  func open(_ run: String, from ticks: UInt64) throws(ProbeError) -> Int {
    let slot = slots.withLock { slots in
      if let free = slots.free.popLast() { return free }
      slots.next += 1
      return slots.next - 1
    }
    do throws(ProbeError) {
      try write(slot, "\(run) 0 \(ticks) \(ticks) \(boot)")
    } catch {
      slots.withLock { $0.free.append(slot) }
      throw error
    }
    return slot
  }

  /// Notes which process it is, where it has just started.
  func complete(
    _ slot: Int, run: String, pid: Int32, from ticks: UInt64,
  ) throws(ProbeError) {
    try write(slot, "\(run) \(pid) \(ticks) \(Self.ticksNow) \(boot)")
  }

  /// Forgets a process that is gone.
  func blank(_ slot: Int) {
    // A slot that cannot be blanked names a process that is gone; recovery finds nothing then.
    try? write(slot, "")
    slots.withLock { $0.free.append(slot) }
  }

  private func write(_ slot: Int, _ text: String) throws(ProbeError) {
    var line = [UInt8](repeating: UInt8(ascii: " "), count: Self.slotLength)
    line[Self.slotLength - 1] = UInt8(ascii: "\n")
    var text = text
    text.withUTF8 { bytes in
      for (index, byte) in bytes.prefix(Self.slotLength - 1).enumerated() { line[index] = byte }
    }
    let count = pwrite(descriptor, line, line.count, off_t(slot * Self.slotLength))
    guard count == line.count else {
      throw .unstartable("the record of the run cannot be written: \(SystemError.current)")
    }
  }

  /// Reads the probe's name, which is made up in its first life.
  private static func probeName(in directory: String) throws(ProbeError) -> String {
    let path = "\(directory)/name"
    let known = ProcFile.read(path, limit: 64) ?? []
    if known.count == 16 { return String(decoding: known, as: UTF8.self) }
    let number = String(UInt64.random(in: .min ... .max), radix: 16)
    let name = String(repeating: "0", count: 16 - number.count) + number
    let file = Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw .path(path, "\(SystemError.current)") }
    defer { close(file) }
    if let problem = FileBytes.write(Array(name.utf8), to: file) {
      throw .path(path, "\(problem)")
    }
    return name
  }

  private static func read(_ descriptor: Int32) -> (records: [Int: RunRecord], count: Int) {
    var records: [Int: RunRecord] = [:]
    var line = [UInt8](repeating: 0, count: slotLength)
    for slot in 0..<slotLimit {
      let count = pread(descriptor, &line, slotLength, off_t(slot * slotLength))
      guard count > 0 else { return (records, slot) }
      records[slot] = parse(line[..<count])
    }
    return (records, slotLimit)
  }

  /// Reads a slot; nil for a blank one, or one that makes no sense.
  static func parse(_ line: ArraySlice<UInt8>) -> RunRecord? {
    let fields = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
    guard fields.count == 5, let pid = Int32(ascii: fields[1]), pid >= 0,
      let from = UInt64(ascii: fields[2]), let to = UInt64(ascii: fields[3]), from <= to
    else { return nil }
    return RunRecord(
      run: String(decoding: fields[0], as: UTF8.self), pid: pid, started: from...to,
      boot: String(decoding: fields[4], as: UTF8.self))
  }
}
