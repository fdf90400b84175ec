internal import CGit2

/// What libgit2 left behind when a call failed, copied before anything else runs on the thread.
struct Failure {
  let status: Int32
  let category: UInt32
  let text: String?

  /// Reads the last error of this thread; call it at once after the failing call.
  init(_ status: Int32) {
    self.status = status
    guard status < 0, let last = unsafe git_error_last(), let message = unsafe last.pointee.message
    else {
      category = GIT_ERROR_NONE.rawValue
      text = nil
      return
    }
    category = unsafe UInt32(truncatingIfNeeded: last.pointee.klass)
    text = unsafe printable(String(cString: message))
  }

  var isNotFound: Bool { status == GIT_ENOTFOUND.rawValue }

  /// Whether the failure is about the bytes of an object, as opposed to the system around it.
  var isCorruption: Bool {
    if status == GIT_EMISMATCH.rawValue { return true }
    let damaged = [
      GIT_ERROR_ZLIB, GIT_ERROR_ODB, GIT_ERROR_OBJECT, GIT_ERROR_TREE, GIT_ERROR_TAG,
      GIT_ERROR_INVALID,
    ]
    return damaged.contains { $0.rawValue == category }
  }

  func says(_ words: String) -> Bool { text?.contains(words) ?? false }

  func error(_ code: GitError.Code, _ operation: String, _ message: String) -> GitError {
    GitError(code, operation, message, detail: text)
  }
}

/// Runs one libgit2 call and answers its failure, or nil.
///
/// The last error is cleared first, because libgit2 leaves stale text there.
func attempt(_ call: () -> Int32) -> Failure? {
  git_error_clear()
  let status = call()
  return status < 0 ? Failure(status) : nil
}

/// Makes text from outside safe for a terminal and a log: no control bytes, at most 500 characters.
func printable(_ text: String) -> String {
  let longest = 500
  var result = ""
  for scalar in text.unicodeScalars.prefix(longest) {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: result.unicodeScalars.append(" ")
    default: result.unicodeScalars.append(scalar)
    }
  }
  while result.last == " " { result.removeLast() }
  return result
}

/// Shows bytes of a name that may not be UTF-8, with `\xNN` for what is not printable ASCII.
func escaped(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef")
  var result = ""
  for byte in bytes {
    if byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "\\") {
      result.unicodeScalars.append(Unicode.Scalar(byte))
    } else {
      result += "\\x\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
    }
  }
  return result
}
