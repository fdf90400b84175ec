internal import Git
internal import Resources

/// The manifest files of a walk, and what is refused among them.
struct ManifestFiles {
  struct File: Sendable {
    var path: String
    var blob: ObjectID
  }

  private(set) var present: [File] = []
  private(set) var touched: Set<String> = []
  private(set) var diagnostics: [Diagnostic] = []

  mutating func add(_ change: TreeChange, root: String) {
    if Self.isHidden(change.path, below: root) { return }
    switch change.after?.mode {
    case .symlink: refuse(change.path, code: "symlink", "a symbolic link")
    case .submodule: refuse(change.path, code: "submodule", "a submodule")
    default: break
    }
    guard Self.isManifest(change.path) else { return }
    touched.insert(change.path)
    if let after = change.after, after.mode == .blob || after.mode == .executable {
      present.append(File(path: change.path, blob: after.id))
    }
  }

  private mutating func refuse(_ path: String, code: String, _ what: String) {
    diagnostics.append(
      Diagnostic(
        code: code, "\(what) is not allowed below a manifest root",
        at: SourceLocation(file: path, range: .start),
        hint: "put the file itself there, or move it out of the manifest roots"))
  }

  /// Roots as paths without `.` and double slashes, sorted, each once and none below another.
  static func tidied(_ roots: [String]) -> [String] {
    let paths = Set(
      roots.map { $0.split(separator: "/").filter { $0 != "." }.joined(separator: "/") })
    return paths.filter { path in
      !paths.contains { $0 != path && ($0.isEmpty || path.hasPrefix($0 + "/")) }
    }.sorted()
  }

  /// Files by these endings are manifests; others may lie beside them.
  static func isManifest(_ path: String) -> Bool {
    path.utf8.suffix(5).elementsEqual(".yaml".utf8)
      || path.utf8.suffix(4).elementsEqual(".yml".utf8)
  }

  /// Whether a name below `root` starts with a dot, as `.github` does.
  static func isHidden(_ path: String, below root: String) -> Bool {
    var previous = UInt8(ascii: "/")
    for byte in path.utf8.dropFirst(root.isEmpty ? 0 : root.utf8.count + 1) {
      if byte == UInt8(ascii: "."), previous == UInt8(ascii: "/") { return true }
      previous = byte
    }
    return false
  }
}
