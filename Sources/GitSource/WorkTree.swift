package import Engine
internal import Glibc
package import Resources
internal import YAML

/// Manifests as they lie in a folder, git or not; what `validate` reads.
package struct WorkTree {
  private let reader: ManifestReader
  private let directory: String

  /// How many files are read; more means that this is not a folder of manifests.
  private static let fileLimit = 1_000_000
  private static let depthLimit = 64

  package init(directory: String, registry: KindRegistry) {
    self.directory = directory
    reader = ManifestReader(decoder: ManifestDecoder(registry: registry))
  }

  /// What is in the files.
  package struct Reading: Sendable {
    package var resources: [Resource]
    package var diagnostics: [Diagnostic]
    /// The resources of documents with errors, as far as they can be told.
    package var brokenKeys: Set<ResourceKey>
    package var fileCount: Int
  }

  /// Every manifest below `roots`; the default is as in git.
  package func read(
    requestedRoots: [String]?,
  ) throws(SourceError) -> Reading {
    let roots = try roots(requestedRoots)
    var files: [String] = []
    var output = ManifestReader.Output()
    for root in roots { try list(root, root: root, depth: 0, into: &files, &output.diagnostics) }
    files.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    for file in files { read(file, &output) }
    return Reading(
      resources: output.resources, diagnostics: output.diagnostics.sorted(),
      brokenKeys: output.brokenKeys, fileCount: files.count)
  }

  private func roots(_ requested: [String]?) throws(SourceError) -> [String] {
    guard access(directory, F_OK) == 0 else {
      throw SourceError(.notFound, "there is no folder \(directory)")
    }
    if let requested {
      let requested = ManifestFiles.tidied(requested)
      for root in requested where access("\(directory)/\(root)", F_OK) != 0 {
        throw SourceError(
          .notFound, "there is no folder \(directory)/\(root)",
          hint: "name an existing folder with --root")
      }
      return requested
    }
    let existing = ["manifests", "policies"].filter { access("\(directory)/\($0)", F_OK) == 0 }
    return existing.isEmpty ? [""] : existing
  }

  private func list(
    _ path: String, root: String, depth: Int, into files: inout [String],
    _ diagnostics: inout [Diagnostic],
  ) throws(SourceError) {
    let full = path.isEmpty ? directory : "\(directory)/\(path)"
    guard depth <= Self.depthLimit, files.count <= Self.fileLimit else {
      throw SourceError(.tooLarge, "\(full) is nested too deep or has too many files")
    }
    guard let handle = opendir(full) else {
      throw SourceError(
        .permission, "cannot read the folder \(full): \(String(cString: strerror(errno)))")
    }
    defer { closedir(handle) }
    var names: [(name: String, type: mode_t)] = []
    while let entry = readdir(handle) {
      let (valid, name) = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) {
          (String(validatingCString: $0), String(cString: $0))
        }
      }
      if name.hasPrefix(".") { continue }
      guard valid != nil else {
        throw SourceError(
          .invalidPath, "the name of \(full)/\(name) is not UTF-8", hint: "rename it")
      }
      var status = stat()
      guard lstat("\(full)/\(name)", &status) == 0 else { continue }
      names.append((name, status.st_mode & S_IFMT))
    }
    for (name, type) in names.sorted(by: { $0.name < $1.name }) {
      let child = path.isEmpty ? name : "\(path)/\(name)"
      if type == S_IFDIR {
        try list(child, root: root, depth: depth + 1, into: &files, &diagnostics)
      } else if type == S_IFLNK {
        diagnostics.append(
          Diagnostic(
            code: "symlink", "a symbolic link is not allowed below a manifest root",
            at: SourceLocation(file: child, range: .start),
            hint: "put the file itself there, or move it out of the manifest roots"))
      } else if type == S_IFREG, ManifestFiles.isManifest(child) {
        files.append(child)
      }
    }
  }

  private func read(_ file: String, _ output: inout ManifestReader.Output) {
    func refuse(_ code: String, _ message: String, hint: String? = nil) {
      output.diagnostics.append(
        Diagnostic(
          code: code, message, at: SourceLocation(file: file, range: .start), hint: hint))
    }
    let descriptor = open("\(directory)/\(file)", O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else {
      refuse("unreadable", "cannot read the file: \(String(cString: strerror(errno)))")
      return
    }
    defer { close(descriptor) }
    let limit = reader.limits.maximumBytes
    var bytes = [UInt8](repeating: 0, count: limit + 1)
    var count = 0
    while count <= limit {
      let got = bytes.withUnsafeMutableBytes {
        Glibc.read(descriptor, $0.baseAddress.map { $0 + count }, limit + 1 - count)
      }
      if got < 0 {
        refuse("unreadable", "cannot read the file: \(String(cString: strerror(errno)))")
        return
      }
      if got == 0 { break }
      count += got
    }
    guard count <= limit else {
      refuse(
        "file-too-large", "the file has more than \(limit) bytes; that is the limit for a manifest",
        hint: "split it into several files")
      return
    }
    bytes[0..<count].withUnsafeBytes {
      reader.decode($0, file: file, keepsNodes: true, &output)
    }
  }
}
