internal import Actions

/// The command line of an action that is a process.
struct ProgramPlan: Sendable {
  /// The program and its arguments; at least one word.
  var argv: [String]
  /// A script, whose path comes after the arguments.
  var script: String?
  var surroundings = Action.Surroundings()

  /// How many words a command may have.
  private static let wordLimit = 65_536

  init(_ action: Action) throws(ProbeError) {
    switch action {
    case .shell(let shell):
      guard shell.text.utf8.count <= RequestLimits.scriptBytes else {
        throw .unstartable("the script is longer than \(RequestLimits.scriptBytes) bytes")
      }
      argv = shell.interpreter
      script = shell.text
      surroundings = shell.surroundings
    case .exec(let program):
      argv = program.argv
      surroundings = program.surroundings
    case .systemd(let operation, let unit):
      try Self.check(unit, "the unit")
      argv = [
        "systemctl", "--no-ask-password", "--no-pager", operation.rawValue, "--", unit,
      ]
    case .kubectl(let call):
      argv = try Self.kubectl(call)
    case .readFile, .writeFile, .listProcesses, .signalProcesses:
      argv = []
    }
    guard !argv.isEmpty else { throw .unstartable("the command is empty") }
    guard argv.count <= Self.wordLimit else {
      throw .unstartable("the command has more than \(Self.wordLimit) words")
    }
    for (index, word) in argv.enumerated() where word.utf8.contains(0) {
      throw .unstartable("word \(index + 1) of the command has a NUL byte in it")
    }
    if let directory = surroundings.workingDirectory {
      guard directory.hasPrefix("/"), !directory.utf8.contains(0) else {
        throw .unstartable(
          "the working directory \(directory.debugDescription) is not an absolute path")
      }
    }
  }

  private static func kubectl(_ call: Action.KubectlCall) throws(ProbeError) -> [String] {
    try check(call.verb, "the verb")
    var argv = ["kubectl", call.verb]
    for (word, what) in [(call.resource, "the resource"), (call.name, "the name")] {
      guard let word else { continue }
      try check(word, what)
      argv.append(word)
    }
    if let namespace = call.namespace {
      try check(namespace, "the namespace")
      argv.append("--namespace=\(namespace)")
    }
    return argv + call.arguments
  }

  /// A word that must not be taken for an option.
  private static func check(_ word: String, _ what: String) throws(ProbeError) {
    guard !word.isEmpty, !word.hasPrefix("-") else {
      throw .refused("\(what) \(word.debugDescription) is empty or looks like an option")
    }
  }
}
