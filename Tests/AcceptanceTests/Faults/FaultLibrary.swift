import Foundation
import Testing

/// faults.c, compiled: makes calls below the data directory fail.
struct FaultLibrary: Sendable {
  private let path: String
  private let box: Sandbox

  static let everything = "open openw read write truncate sync rename unlink mkdir lock mmap"

  init(_ box: Sandbox) async throws {
    self.box = box
    path = box.path + "/faults.so"
    try await box.shell(
      "cc -shared -fPIC -O1 -o '\(path)' '\(Program.packageRoot)/Tests/AcceptanceTests/Faults/faults.c' -ldl"
    )
  }

  /// Which call of a process fails, how, and whether all later ones do too.
  struct Fault: Sendable, CustomStringConvertible {
    var nth: Int
    var error: Int32
    var lasts: Bool

    var description: String {
      "call \(nth) fails with \(String(cString: strerror(error)))\(lasts ? " for ever" : "")"
    }
  }

  /// What a process needs to see so that `fault` strikes it; nil only counts.
  func environment(_ fault: Fault?, data: String, report: String) -> [String: String] {
    var variables = [
      "LD_PRELOAD": path, "WRIT_FAULT_PATH": data, "WRIT_FAULT_CLASSES": Self.everything,
      "WRIT_FAULT_REPORT": report,
    ]
    if let fault {
      variables["WRIT_FAULT_NTH"] = String(fault.nth)
      variables["WRIT_FAULT_ERRNO"] = String(fault.error)
      if fault.lasts { variables["WRIT_FAULT_FOREVER"] = "1" }
    }
    return variables
  }

  /// What a process needs to see so that a test can make its calls fail while it runs.
  var switched: [String: String] {
    [
      "LD_PRELOAD": path, "WRIT_FAULT_PATH": box.data, "WRIT_FAULT_CONTROL": box.path + "/control",
      "WRIT_FAULT_CLOCK": box.path + "/clock",
    ]
  }

  /// Sets the clock that a process sees back or forward, compared with this machine's.
  func setClock(seconds: Int) throws {
    try box.write("\(seconds)\n", to: "clock.new")
    guard rename(box.path + "/clock.new", box.path + "/clock") == 0 else {
      throw ChildProcess.Failure(description: "cannot set the clock")
    }
  }

  /// Makes calls of `classes` fail from now on; nil lets all calls through again.
  func set(_ error: Int32?, _ classes: String = "") throws {
    let control = box.path + "/control"
    guard let error else {
      try FileManager.default.removeItem(atPath: control)
      return
    }
    // Renamed into its place, so that nobody reads half of it.
    try box.write("\(error) \(classes)\n", to: "control.new")
    guard rename(control + ".new", control) == 0 else {
      throw ChildProcess.Failure(description: "cannot switch faults")
    }
  }
}

/// SplitMix64, so that a failing choice can be made again.
struct Dice: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
