internal import CGit2
import Glibc

/// Throws unless `path` is a folder that exists.
func requireDirectory(_ path: String, _ operation: String) throws(GitError) {
  try requireName(path, operation)
  var information = stat()
  guard unsafe stat(path, &information) == 0 else {
    let reason = unsafe String(cString: strerror(errno))
    if errno == ENOENT || errno == ENOTDIR {
      throw GitError(.notFound, operation, "there is no such folder; check the path")
    }
    throw GitError(.other, operation, "the folder cannot be read: \(reason)")
  }
  guard information.st_mode & S_IFMT == S_IFDIR else {
    throw GitError(.notARepository, operation, "the path is a file, not a repository")
  }
}

/// Throws unless `name` can be given to C: not empty, without a zero byte, of sensible length.
func requireName(_ name: String, _ operation: String) throws(GitError) {
  let longest = 4096
  guard !name.isEmpty, name.utf8.count <= longest, !name.utf8.contains(0) else {
    let advice = "a name must have 1 to \(longest) bytes and no zero byte"
    throw GitError(.invalidPath, operation, advice)
  }
}

/// Throws unless `path` belongs to the current user, to root, or to who called `sudo`.
func requireOurs(_ path: String, _ operation: String) throws(GitError) {
  var information = stat()
  guard unsafe stat(path, &information) == 0 else {
    let reason = unsafe String(cString: strerror(errno))
    throw GitError(.other, operation, "\(printable(path)) cannot be read: \(reason)")
  }
  let owner = information.st_uid
  let current = geteuid()
  if owner == current || owner == 0 { return }
  if current == 0, let caller = unsafe getenv("SUDO_UID"),
    unsafe String(cString: caller) == "\(owner)"
  {
    return
  }
  throw GitError(
    .notOwned,
    operation,
    """
    \(printable(path)) belongs to user \(owner), but this process runs as user \(current); run it \
    as that user or `chown -R \(current)` the repository (safe.directory is not read)
    """
  )
}

/// Takes the rights of group and others away from a folder that we created.
func restrict(_ path: String, _ operation: String) throws(GitError) {
  guard unsafe chmod(path, 0o700) == 0 else {
    let reason = unsafe String(cString: strerror(errno))
    throw GitError(.other, operation, "its rights cannot be set: \(reason)")
  }
}

/// Finds words for a repository that does not open.
func explainOpening(_ path: String, _ failure: Failure, _ operation: String) -> GitError {
  if failure.isNotFound {
    let advice = "this folder is not a Git repository; clone one here or correct the path"
    return failure.error(.notARepository, operation, advice)
  }
  if failure.says("unsupported extension") || failure.says("unsupported repository version") {
    let advice = "the repository has a format that this program does not know; clone it afresh"
    return failure.error(.unsupportedExtension, operation, advice)
  }
  let advice = "the repository cannot be opened; check its `config` and run `git fsck`"
  return failure.error(.other, operation, advice)
}
