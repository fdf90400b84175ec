/// What a run does on its probe: exactly one of the six command types.
package enum Action: Hashable, Sendable {
  /// Gives a script to an interpreter.
  case shell(Script)
  /// Starts a program without a shell.
  case exec(Program)
  /// Reads at most `maxBytes` of a file; what was read is the standard output.
  case readFile(path: String, maxBytes: Int)
  case writeFile(FileWrite)
  /// Lists the processes of the host, or those with a name.
  case listProcesses(name: String?)
  /// Sends a signal, by number, to all processes with a name.
  case signalProcesses(name: String, signal: Int32)
  case systemd(operation: SystemdOperation, unit: String)
  case kubectl(KubectlCall)

  /// A script, and what reads it.
  package struct Script: Hashable, Sendable {
    package var text: String
    /// The program and its arguments; after them comes the path of a file with the script.
    package var interpreter: [String]
    package var surroundings: Surroundings

    package init(
      text: String, interpreter: [String] = ["/bin/sh", "-eu"],
      surroundings: Surroundings = Surroundings(),
    ) {
      self.text = text
      self.interpreter = interpreter
      self.surroundings = surroundings
    }
  }

  /// A program and its arguments, each passed as it is.
  package struct Program: Hashable, Sendable {
    package var argv: [String]
    package var surroundings: Surroundings

    package init(argv: [String], surroundings: Surroundings = Surroundings()) {
      self.argv = argv
      self.surroundings = surroundings
    }
  }

  /// Where and as whom a process runs.
  package struct Surroundings: Hashable, Sendable {
    /// An absolute path; nil for the probe's own choice.
    package var workingDirectory: String?
    package var environment: [String: String]
    /// The name of the user; nil for the probe's own.
    package var user: String?

    package init(
      workingDirectory: String? = nil, environment: [String: String] = [:], user: String? = nil,
    ) {
      self.workingDirectory = workingDirectory
      self.environment = environment
      self.user = user
    }
  }

  /// A file to write: all of its content at once, or nothing.
  package struct FileWrite: Hashable, Sendable {
    package var path: String
    package var content: String
    /// The permissions, such as 0o644.
    package var mode: UInt16
    /// What the file must hold before, as 64 hexadecimal digits; nil for anything or nothing.
    package var expectedSHA256: String?

    package init(path: String, content: String, mode: UInt16, expectedSHA256: String? = nil) {
      self.path = path
      self.content = content
      self.mode = mode
      self.expectedSHA256 = expectedSHA256
    }
  }

  package enum SystemdOperation: String, Hashable, Sendable, CaseIterable {
    case status, start, stop, restart, reload, enable, disable
  }

  /// One call of kubectl: its words in the order of the command line.
  package struct KubectlCall: Hashable, Sendable {
    package var verb: String
    package var resource: String?
    package var name: String?
    package var namespace: String?
    package var arguments: [String]

    package init(
      verb: String, resource: String? = nil, name: String? = nil, namespace: String? = nil,
      arguments: [String] = [],
    ) {
      self.verb = verb
      self.resource = resource
      self.name = name
      self.namespace = namespace
      self.arguments = arguments
    }
  }
}
