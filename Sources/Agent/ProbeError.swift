internal import Glibc

/// Why a probe, or a run on it, cannot start.
package enum ProbeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A system call failed: its name, and the words of the system.
  case system(String, SystemError)
  /// Something about a file or directory.
  case path(String, String)
  /// What a request asks for cannot be done, in words.
  case unstartable(String)
  /// What a request asks for is not allowed, in words.
  case refused(String)

  package var description: String {
    switch self {
    case .system(let call, let error): "\(call): \(error)"
    case .path(let path, let problem): "\(path): \(problem)"
    case .unstartable(let words), .refused(let words): words
    }
  }
}

/// An error number of the system, in the words of the C library.
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
  package var number: Int32

  package init(_ number: Int32) {
    self.number = number
  }

  /// That of the call that failed just now on this thread.
  static var current: Self { Self(errno) }

  package var description: String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard strerror_r(number, &buffer, buffer.count) == 0 else { return "error \(number)" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
