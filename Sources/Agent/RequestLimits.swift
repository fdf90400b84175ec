internal import Actions

/// What a request must keep to, whatever its action is.
enum RequestLimits {
  static let runLength = 128
  static let outputLimit = 64 << 20
  static let secrets = 256
  static let fileBytes = 64 << 20
  static let scriptBytes = 1 << 20

  /// What is wrong with a request, in words; nil where nothing is.
  static func problem(of request: ActionRequest) -> String? {
    if !isRunName(request.run) {
      return "\(request.run.prefix(runLength).debugDescription) is no name of a run"
    }
    if request.timeout <= .zero {
      return "the time-out of \(request.timeout) is not more than nothing"
    }
    if request.gracePeriod < .zero {
      return "the grace period of \(request.gracePeriod) is less than nothing"
    }
    if request.outputLimit < 0 || request.outputLimit > outputLimit {
      return "the output limit of \(request.outputLimit) is not between 0 and \(outputLimit)"
    }
    if request.secrets.count > secrets { return "there are more than \(secrets) secrets" }
    return nil
  }

  /// Run names become file names and words of a record.
  private static func isRunName(_ run: String) -> Bool {
    !run.isEmpty && run.utf8.count <= runLength && !run.hasPrefix(".") && !run.hasPrefix("-")
      && run.utf8.allSatisfy { byte in
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
          || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
          || byte == UInt8(ascii: "_")
      }
  }
}
