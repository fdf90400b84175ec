internal import Subprocess
internal import SystemPackage

/// A short program that is run without a shell, in an environment of its own, until a deadline.
struct BoundedProcess: Sendable {
  var program: String
  var arguments: [String]
  var environment: [String: String]
  var deadline: Duration
  /// The most bytes that it may write.
  var outputLimit: Int
  var clock: any Clock<Duration>

  enum Ending: Sendable {
    /// What it wrote to standard output, and the tail of its standard error.
    case ended(output: String, error: String)
    case deadline
    case failure(String)
  }

  func run() async -> Ending {
    await withTaskGroup(of: Ending.self) { group in
      group.addTask { await spawn() }
      group.addTask {
        try? await clock.sleep(for: deadline)
        return .deadline
      }
      let first = await group.next() ?? .deadline
      group.cancelAll()
      return first
    }
  }

  private func spawn() async -> Ending {
    do {
      var options = PlatformOptions()
      options.teardownSequence = []
      var variables: [Environment.Key: String] = [:]
      for (name, value) in environment { variables[Environment.Key(stringLiteral: name)] = value }
      let result = try await Subprocess.run(
        .path(FilePath(program)), arguments: Arguments(arguments),
        environment: .custom(variables), platformOptions: options, input: .none,
        output: .bytes(limit: outputLimit), error: .bytes(limit: 1 << 20))
      return .ended(
        output: String(decoding: result.standardOutput, as: UTF8.self),
        error: String(decoding: result.standardError.suffix(2000), as: UTF8.self))
    } catch {
      return .failure("\(error)")
    }
  }
}
