internal import AsyncHTTPClient
internal import Glibc
internal import NIOCore
internal import NIOPosix

/// What went wrong on the way to a server and back, in words without a URL.
enum HTTPFailure {
  static func words(for error: any Error) -> String {
    switch error {
    case let error as HTTPClientError: error.shortDescription
    case let error as NIOConnectionError:
      error.connectionErrors.first.map { words(for: $0.error) } ?? "the host name is not known"
    case let error as IOError: error.description
    case is NIOTooManyBytesError: "the answer is too long"
    default: "\(error)"
    }
  }

  /// Whether nobody listens at the address; false also where that cannot be told.
  static func isRefusal(_ error: any Error) -> Bool {
    if let error = error as? NIOConnectionError {
      return error.connectionErrors.contains { isRefusal($0.error) }
    }
    return (error as? IOError)?.errnoCode == ECONNREFUSED
  }
}
