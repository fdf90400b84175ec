import Subprocess
import SystemPackage

/// An editor that a person uses in this terminal.
package struct EditorProcess: Sendable {
  /// As in `$EDITOR`: a program, and perhaps arguments.
  private let command: String

  package init(command: String) { self.command = command }

  /// Runs the editor on the file at `path` until it ends.
  ///
  /// - Returns: whether it says that all went well.
  package func edits(_ path: String) async throws -> Bool {
    // By a shell, as git and others do, because the command may hold arguments.
    let result = try await Subprocess.run(
      .path("/bin/sh"), arguments: ["-c", "\(command) \"$1\"", "writ-edit", path],
      input: .fileDescriptor(.standardInput, closeAfterSpawningProcess: false),
      output: .fileDescriptor(.standardOutput, closeAfterSpawningProcess: false),
      error: .fileDescriptor(.standardError, closeAfterSpawningProcess: false))
    if case .exited(0) = result.terminationStatus { return true }
    return false
  }
}
