import Glibc

/// Reads a small file whole; throws `notFound` or `tooLarge`, or `other` with the reason.
func readFile(
  _ path: String,
  maximumBytes: Int,
  _ operation: String
) throws(GitError) -> [UInt8] {
  try requireName(path, operation)
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else {
    let code: GitError.Code = errno == ENOENT ? .notFound : .other
    let reason = unsafe String(cString: strerror(errno))
    throw GitError(code, operation, "\(printable(path)) cannot be opened: \(reason)")
  }
  defer { close(descriptor) }
  var result: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 16 << 10)
  while true {
    let count = unsafe read(descriptor, &buffer, buffer.count)
    if count < 0, errno == EINTR { continue }
    guard count >= 0 else {
      let reason = unsafe String(cString: strerror(errno))
      throw GitError(.other, operation, "\(printable(path)) cannot be read: \(reason)")
    }
    if count == 0 { return result }
    result += buffer[..<count]
    guard result.count <= maximumBytes else {
      let advice = "\(printable(path)) has more than \(maximumBytes) bytes; is it the right file?"
      throw GitError(.tooLarge, operation, advice)
    }
  }
}
