import App
import Engine
import Glibc
import Planning
import Resources

/// Gets the new text of a live resource: from a file, standard input, or an editor.
struct ManifestEditor {
  /// The largest manifest that is read.
  static let byteLimit = 1 << 20

  let environment: (String) -> String?

  struct Text {
    var bytes: [UInt8]
    /// What messages call it.
    var name: String
    fileprivate var isTemporary = false

    /// Removes what the editor left; a text that was refused stays, so that no work is lost.
    func discard() { if isTemporary { unlink(name) } }
  }

  func text(for record: LiveRecord, from file: String?) async throws -> Text {
    if let file {
      let path = file == "-" ? "/dev/stdin" : file
      return Text(
        bytes: try FileText.bytes(path, limit: Self.byteLimit),
        name: file == "-" ? "standard input" : file)
    }
    guard isatty(STDIN_FILENO) == 1 else {
      throw SettingsError(
        "there is no terminal to edit in", hint: "give the new manifest with --file FILE")
    }
    let path = try temporaryFile(holding: manifest(of: record))
    try await edit(path)
    return Text(
      bytes: try FileText.bytes(path, limit: Self.byteLimit), name: path, isTemporary: true)
  }

  private func manifest(of record: LiveRecord) -> String {
    YAMLText.text(of: [
      "apiVersion": .string(ManifestDecoder.apiVersion),
      "kind": .string(record.resource.key.kind),
      "metadata": record.content["metadata"] ?? [:], "spec": record.content["spec"] ?? [:],
    ])
  }

  private func temporaryFile(holding text: String) throws(SettingsError) -> String {
    let folder = environment("TMPDIR").flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    var template = Array("\(folder)/writ-edit.XXXXXX.yaml\0".utf8CString)
    let descriptor = mkstemps(&template, 5)
    let path = String(decoding: template.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
    guard descriptor >= 0 else {
      throw SettingsError("cannot make a file in \(folder): \(String(cString: strerror(errno)))")
    }
    Terminal.write(Array(text.utf8), to: descriptor)
    close(descriptor)
    return path
  }

  private func edit(_ path: String) async throws {
    let editor =
      [environment("VISUAL"), environment("EDITOR")].compactMap(\.self)
      .first { !$0.isEmpty } ?? "vi"
    guard try await EditorProcess(command: editor).edits(path) else {
      unlink(path)
      throw SettingsError("the editor \"\(editor)\" failed; nothing was changed")
    }
  }
}
