import Foundation
import Git

/// Makes writers of one mirror wait for each other.
///
/// The kernel lets go of it with the process. A fetch has an alarm that bounds the wait for it.
struct MirrorLock: ~Copyable {
  private let descriptor: Int32

  init(mirror path: String) throws(GitError) {
    let lock = path + ".lock"
    descriptor = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0, flock(descriptor, LOCK_EX) == 0 else {
      throw GitError(
        .other, "lock \(lock)", "cannot be locked: \(String(cString: strerror(errno)))")
    }
  }

  deinit { close(descriptor) }
}

/// The bare repository in the data directory, for who holds its lock.
enum MirrorRepository {
  /// Opens the mirror at `path`, making it where there is none.
  ///
  /// What a process left that was killed while it wrote is taken away first: libgit2 would wait for
  /// the owner of a lock file for ever, and half a mirror would never be a whole one.
  static func open(_ path: String) throws(GitError) -> Repository {
    do {
      removeLeftovers(in: path)
      return try Repository(opening: path, kind: .mirror)
    } catch {
      guard error.code == .notFound else { throw error }
      try make(path)
      return try Repository(opening: path, kind: .mirror)
    }
  }

  /// Makes the mirror under another name first, so that it is whole once it has its own.
  private static func make(_ path: String) throws(GitError) {
    let unfinished = path + ".new"
    _ = try? FileManager.default.removeItem(atPath: unfinished)
    _ = try Repository.createMirror(at: unfinished)
    guard rename(unfinished, path) == 0 else {
      throw GitError(
        .other, "make the mirror \(path)",
        "it cannot be given its name: \(String(cString: strerror(errno)))")
    }
  }

  /// A file that cannot be removed makes the next step fail, which says so.
  private static func removeLeftovers(in path: String) {
    for folder in ["", "/refs/writ", "/objects", "/objects/pack"] {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: path + folder)) ?? []
      // libgit2 writes into `NAME.lock` and `NAME_git2_XXXXXX`, and renames.
      for name in names where name.hasSuffix(".lock") || name.contains("_git2_") {
        _ = unlink("\(path)\(folder)/\(name)")
      }
    }
  }
}
