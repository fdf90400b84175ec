/// The name of one attempt: an execution, a probe, and which attempt on it.
package struct RunID: Hashable, Sendable, Comparable, CustomStringConvertible {
  package var execution: ExecutionID
  package var probe: String
  /// From 1.
  package var attempt: Int

  package init(execution: ExecutionID, probe: String, attempt: Int) {
    self.execution = execution
    self.probe = probe
    self.attempt = attempt
  }

  /// Reads `EXECUTION.PROBE.ATTEMPT`, where a probe's name may have dots; nil for anything else.
  package init?(_ text: some StringProtocol) {
    guard let first = text.firstIndex(of: "."), let last = text.lastIndex(of: "."), first < last,
      let execution = ExecutionID(text[..<first]),
      let attempt = Int(text[text.index(after: last)...]), attempt >= 1
    else { return nil }
    self.init(
      execution: execution, probe: String(text[text.index(after: first)..<last]), attempt: attempt)
    if description != text { return nil }
  }

  package var description: String { "\(execution).\(probe).\(attempt)" }

  package static func < (a: RunID, b: RunID) -> Bool {
    (a.execution, a.probe, a.attempt) < (b.execution, b.probe, b.attempt)
  }
}

/// The name of an execution: `x` and letters and digits, unique in a data directory.
package struct ExecutionID: Hashable, Sendable, Comparable, CustomStringConvertible {
  package let description: String

  /// Nil for anything but `x` and 1 to 31 small letters and digits.
  package init?(_ text: some StringProtocol) {
    let bytes = text.utf8
    guard bytes.first == UInt8(ascii: "x"), (2...32).contains(bytes.count),
      bytes.allSatisfy({
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
      })
    else { return nil }
    description = String(text)
  }

  /// A new name, of 60 random bits.
  package static func random() -> ExecutionID {
    var generator = SystemRandomNumberGenerator()
    return ExecutionID(random: &generator)
  }

  private init(random generator: inout some RandomNumberGenerator) {
    let digits = Array("abcdefghijklmnopqrstuvwxyz234567")
    description = "x" + String((0..<12).map { _ in digits[Int(generator.next() & 31)] })
  }

  package static func < (a: ExecutionID, b: ExecutionID) -> Bool { a.description < b.description }
}
