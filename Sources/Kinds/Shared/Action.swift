internal import Resources

/// What a job or a step does on a probe: exactly one of seven things.
enum Action {
  static let object = ObjectShape(
    [
      .optional("shell", .object(shell), "Runs a script."),
      .optional("exec", .object(exec), "Runs a program without a shell."),
      .optional("readFile", .object(readFile), "Reads a file."),
      .optional("writeFile", .object(writeFile), "Writes a file, atomically."),
      .optional("process", .object(process), "Lists processes or sends them a signal."),
      .optional("systemd", .object(systemd), "Asks systemd about a unit or changes it."),
      .optional("kubectl", .object(kubectl), "Runs kubectl."),
    ],
    exactlyOne: [["shell", "exec", "readFile", "writeFile", "process", "systemd", "kubectl"]])

  static let shape = Shape.object(object)

  private static let argument = Shape.text(TextRule(length: 0...65_536))

  static let environment: [Field] = [
    .optional(
      "workingDirectory", .format(.absolutePath), "Where it runs; by default the probe's own."),
    .optional(
      "user", .text(TextRule(length: 1...64)), "As whom it runs; by default as the probe's user."),
    .defaulted(
      "env", .map(of: .text(TextRule(length: 0...65_536)), keys: .environmentName), to: [:],
      "Environment variables; secrets go to secrets."),
  ]

  static let argv = Field.required(
    "argv", .list(of: argument, ListRule(count: 1...1024)),
    "The program and its arguments, each passed as it is.")

  private static let shell = ObjectShape(
    [
      .required("script", .text(TextRule(length: 1...262_144)), "The script."),
      .defaulted(
        "interpreter", .list(of: argument, ListRule(count: 1...32)), to: ["/bin/sh", "-eu"],
        "The program that reads the script, and its arguments."),
    ] + environment)

  private static let exec = ObjectShape([argv] + environment)

  private static let readFile = ObjectShape([
    .required("path", .format(.absolutePath), "The file."),
    .defaulted(
      "maxBytes", .format(.byteSize(in: ByteSize(1)...(.mebibytes(64)))), to: "64KiB",
      "How much of it is read at most."),
  ])

  private static let writeFile = ObjectShape([
    .required("path", .format(.absolutePath), "The file."),
    .required("content", .text(.document), "All of what the file then holds."),
    .defaulted("mode", .format(.fileMode), to: "0644", "The permissions of the file."),
    .optional(
      "expectedSHA256", .format(.sha256),
      "What the file must hold before; the run fails where it holds something else."),
  ])

  private static let process = ObjectShape(
    [
      .required("operation", .choice(["list", "signal"]), "What to do."),
      .optional("name", .text(TextRule(length: 1...255)), "The name of the processes."),
      .optional("signal", .format(.signal), "The signal to send."),
    ],
    conditions: [
      .when("operation", in: ["signal"], needs: ["name", "signal"]),
      .when("operation", in: ["list"], forbids: ["signal"]),
    ])

  private static let systemd = ObjectShape([
    .required(
      "operation",
      .choice(["status", "start", "stop", "restart", "reload", "enable", "disable"]), "What to do."),
    .required("unit", .format(.systemdUnit), "The unit, with its suffix."),
  ])

  private static let kubectl = ObjectShape([
    .required("verb", .format(.kubectlWord), "The verb, such as get."),
    .optional("resource", .format(.kubectlWord), "The kind of object, such as pods."),
    .optional("name", .format(.kubectlWord), "The name of the object."),
    .optional("namespace", .format(.resourceName), "The namespace; by default the context's."),
    .defaulted(
      "args", .list(of: argument, ListRule(count: 0...256)), to: [],
      "More arguments, each passed as it is."),
  ])

  static func check(_ action: Value?, at tokens: [String], _ findings: inout SpecFindings) {
    for (tool, list) in [("exec", "argv"), ("shell", "interpreter")]
    where action?[tool]?[list]?[0] == "" {
      findings.report(
        code: "too-short", "the program in \(tool).\(list) is empty",
        at: tokens + [tool, list, "0"])
    }
  }

  /// Whether `action` surely changes something; nil where that depends on what a command does.
  static func isMutating(_ action: Value) -> Bool? {
    if action["readFile"] != nil { return false }
    if action["writeFile"] != nil { return true }
    if let process = action["process"] { return process["operation"] != "list" }
    if let systemd = action["systemd"] { return systemd["operation"] != "status" }
    if let verb = action["kubectl"]?["verb"]?.string {
      return !["get", "describe", "logs", "top", "explain", "version", "api-resources", "diff"]
        .contains(verb)
    }
    return nil
  }
}
