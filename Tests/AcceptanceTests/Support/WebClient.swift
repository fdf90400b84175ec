import Foundation

/// One request to a server on this machine, over a socket of its own.
struct WebRequest: Sendable {
  var method = "GET"
  var path: String
  var headers: [String: String] = [:]
  var body = Data()

  struct Answer: Sendable, CustomStringConvertible {
    var status: Int
    var headers: [String: String]
    var body: String

    func json() throws -> JSON { try JSON(parsing: body) }
    var description: String { "\(status) \(body)" }
  }

  struct Failure: Error, CustomStringConvertible { var description: String }

  func send(port: UInt16, within limit: Duration = .seconds(30)) async throws -> Answer {
    try await offPool { [self] in
      let socket = try LoopbackSocket.connected(to: port, timeout: limit)
      defer { close(socket) }
      var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
      for (name, value) in headers { head += "\(name): \(value)\r\n" }
      if method != "GET" { head += "Content-Length: \(body.count)\r\n" }
      // A server that refuses may close before it has read everything: what it says counts.
      _ = LoopbackSocket.send(Data((head + "\r\n").utf8) + body, to: socket)
      return try Self.parse(LoopbackSocket.receiveAll(from: socket))
    }
  }

  private static func parse(_ bytes: Data) throws -> Answer {
    guard let end = bytes.range(of: Data("\r\n\r\n".utf8)) else {
      throw Failure(description: "no answer: \(String(decoding: bytes, as: UTF8.self))")
    }
    let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
      .components(separatedBy: "\r\n")
    let status = head[0].split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    var headers: [String: String] = [:]
    for line in head.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      headers[line[..<colon].lowercased()] =
        line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    }
    return Answer(
      status: status, headers: headers,
      body: String(decoding: bytes[end.upperBound...], as: UTF8.self))
  }
}

/// Blocking sockets on 127.0.0.1.
enum LoopbackSocket {
  /// A socket that listens and never answers, as a server that hangs.
  final class Silent: Sendable {
    let port: UInt16
    private let descriptor: Int32

    init() throws {
      (descriptor, port) = try LoopbackSocket.bound(isListening: true)
    }

    deinit { close(descriptor) }
  }

  /// A port that nobody listens on, as long as this lives.
  final class Closed: Sendable {
    let port: UInt16
    private let descriptor: Int32

    init() throws {
      (descriptor, port) = try LoopbackSocket.bound(isListening: false)
    }

    deinit { close(descriptor) }
  }

  fileprivate static func bound(isListening: Bool) throws -> (Int32, UInt16) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = loopback(0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(descriptor, pointer, size) == 0 && getsockname(descriptor, pointer, &size) == 0
          && (!isListening || listen(descriptor, 16) == 0)
      }
    }
    guard status else { throw WebRequest.Failure(description: "bind: errno \(errno)") }
    return (descriptor, UInt16(bigEndian: address.sin_port))
  }

  static func connected(to port: UInt16, timeout: Duration) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var time = timeval(tv_sec: Int(timeout.components.seconds), tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    var address = loopback(port)
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else {
      let reason = String(cString: strerror(errno))
      close(descriptor)
      throw WebRequest.Failure(description: "connect to port \(port): \(reason)")
    }
    return descriptor
  }

  private static func loopback(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }

  /// Whether all of `bytes` went out.
  static func send(_ bytes: Data, to descriptor: Int32) -> Bool {
    var offset = 0
    return bytes.withUnsafeBytes { buffer in
      while offset < buffer.count {
        let count = Glibc.send(
          descriptor, buffer.baseAddress.map { $0 + offset }, buffer.count - offset,
          Int32(MSG_NOSIGNAL))
        if count <= 0 { return false }
        offset += count
      }
      return true
    }
  }

  static func receiveAll(from descriptor: Int32) -> Data {
    var result = Data()
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(descriptor, &chunk, chunk.count, 0)
      if count <= 0 { return result }
      result.append(contentsOf: chunk[..<count])
    }
  }
}
