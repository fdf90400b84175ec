import Glibc

/// The folder `objects/pack` of a repository, seen as packs and not as files.
struct PackFolder {
  let path: String

  init(_ path: String) { self.path = path }

  /// Lists the packs that have no `.keep` file, as `pack-…`, sorted.
  func names() throws(GitError) -> [String] {
    guard let stream = unsafe opendir(path) else {
      if errno == ENOENT { return [] }
      throw failure("the folder cannot be read")
    }
    defer { unsafe closedir(stream) }
    var packs: [String] = []
    var kept: Set<String> = []
    errno = 0
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      guard name.hasPrefix("pack-") else { continue }
      if name.hasSuffix(".pack") { packs.append(String(name.dropLast(5))) }
      if name.hasSuffix(".keep") { kept.insert(String(name.dropLast(5))) }
    }
    guard errno == 0 else { throw failure("the folder cannot be read to its end") }
    return packs.filter { !kept.contains($0) }.sorted()
  }

  /// Throws unless both files of a pack are there and not empty.
  func requireComplete(_ name: String) throws(GitError) {
    for suffix in [".idx", ".pack"] {
      var information = stat()
      guard unsafe stat("\(path)/\(name)\(suffix)", &information) == 0, information.st_size > 0
      else {
        throw failure("the new pack \(name) is not complete; nothing was deleted")
      }
    }
  }

  /// Deletes a pack: its index first, so that no reader finds objects in a pack that is gone.
  func delete(_ name: String) throws(GitError) {
    for suffix in [".bitmap", ".rev", ".idx", ".pack"] {
      guard unsafe unlink("\(path)/\(name)\(suffix)") != 0, errno != ENOENT else { continue }
      throw failure("the old pack \(name) cannot be deleted")
    }
  }

  /// Makes names that appeared and disappeared durable.
  func synchronise() throws(GitError) {
    let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("the folder cannot be opened") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure("the folder cannot be synchronised") }
  }

  private func failure(_ message: String) -> GitError {
    let reason = unsafe errno == 0 ? nil : String(cString: strerror(errno))
    return GitError(.other, "tidy \(printable(path))", message, detail: reason)
  }
}
