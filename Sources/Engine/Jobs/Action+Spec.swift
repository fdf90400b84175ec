package import Actions
package import Resources

extension Action {
  /// The action of a canonical spec; nil where it is not one that passed its checks.
  package init?(spec: Value?) {
    guard let member = spec?.members?.first else { return nil }
    let value = member.value
    switch member.key {
    case "shell":
      guard let text = value["script"]?.string else { return nil }
      self = .shell(
        Script(
          text: text, interpreter: value["interpreter"]?.strings ?? ["/bin/sh", "-eu"],
          surroundings: Surroundings(value)))
    case "exec":
      guard let argv = value["argv"]?.strings, !argv.isEmpty else { return nil }
      self = .exec(Program(argv: argv, surroundings: Surroundings(value)))
    case "readFile":
      guard let path = value["path"]?.string, let limit = ByteSize(in: value["maxBytes"]) else {
        return nil
      }
      self = .readFile(path: path, maxBytes: Int(limit.count))
    case "writeFile":
      guard let path = value["path"]?.string, let content = value["content"]?.string,
        let mode = value["mode"]?.string.flatMap({ UInt16($0, radix: 8) })
      else { return nil }
      self = .writeFile(
        FileWrite(
          path: path, content: content, mode: mode, expectedSHA256: value["expectedSHA256"]?.string
        ))
    case "process": self.init(process: value)
    case "systemd":
      guard let operation = value["operation"]?.string.flatMap(SystemdOperation.init),
        let unit = value["unit"]?.string
      else { return nil }
      self = .systemd(operation: operation, unit: unit)
    case "kubectl":
      guard let verb = value["verb"]?.string else { return nil }
      self = .kubectl(
        KubectlCall(
          verb: verb, resource: value["resource"]?.string, name: value["name"]?.string,
          namespace: value["namespace"]?.string, arguments: value["args"]?.strings ?? []))
    default: return nil
    }
  }

  private init?(process value: Value) {
    guard value["operation"] == "signal" else {
      self = .listProcesses(name: value["name"]?.string)
      return
    }
    guard let name = value["name"]?.string,
      let signal = value["signal"]?.string.flatMap({ SignalNumber.named[$0] })
    else { return nil }
    self = .signalProcesses(name: name, signal: signal)
  }
}

extension Action.Surroundings {
  fileprivate init(_ value: Value) {
    var environment: [String: String] = [:]
    for member in value["env"]?.members ?? [] { environment[member.key] = member.value.string }
    self.init(
      workingDirectory: value["workingDirectory"]?.string, environment: environment,
      user: value["user"]?.string)
  }
}

extension SecretSource {
  init?(_ value: Value) {
    if let name = value["env"]?.string {
      self = .environment(name)
    } else if let path = value["file"]?.string {
      self = .file(path)
    } else {
      return nil
    }
  }
}

extension Value {
  /// The texts of a list.
  var strings: [String] { (array ?? []).compactMap(\.string) }
}

extension ByteSize {
  init?(in value: Value?) {
    guard let text = value?.string, let size = try? ByteSize(parsing: text) else { return nil }
    self = size
  }
}

extension Share {
  init?(in value: Value?) {
    guard let text = value?.string, let share = try? Share(parsing: text) else { return nil }
    self = share
  }
}

/// Numbers of signals, as Linux has them on all machines that Swift runs on.
package enum SignalNumber {
  package static let named: [String: Int32] = [
    "HUP": 1, "INT": 2, "QUIT": 3, "ABRT": 6, "KILL": 9, "USR1": 10, "USR2": 12, "ALRM": 14,
    "TERM": 15, "CONT": 18, "STOP": 19, "WINCH": 28,
  ]

  /// The name without `SIG`, or the number.
  package static func name(_ number: Int32) -> String {
    switch number {
    case 4: "ILL"
    case 7: "BUS"
    case 8: "FPE"
    case 11: "SEGV"
    case 13: "PIPE"
    case 24: "XCPU"
    case 25: "XFSZ"
    case 31: "SYS"
    default: named.first { $0.value == number }?.key ?? "\(number)"
    }
  }
}
