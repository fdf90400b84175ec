internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Synchronization

/// What is known about one request beside the request itself.
struct Exchange: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// The peer's IP address; nil where it is not known.
  let peerAddress: String?
  let bodyProgress = BodyProgress()

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    peerAddress = source.channel.remoteAddress?.ipAddress
  }

  /// Whether the peer is a program on this machine, as far as one can tell.
  ///
  /// What comes through a proxy is not, wherever the proxy is.
  func isLocal(_ fields: HTTPFields) -> Bool {
    let traces = ["Forwarded", "X-Forwarded-For", "X-Real-IP"].compactMap { HTTPField.Name($0) }
    guard let peerAddress, !traces.contains(where: fields.contains) else { return false }
    return Self.isLoopback(peerAddress)
  }

  /// Whether `address` is of 127.0.0.0/8 or `::1`, also as IPv6 writes the former.
  static func isLoopback(_ address: String) -> Bool {
    let plain = address.hasPrefix("::ffff:") ? address.dropFirst(7) : address[...]
    return plain == "::1" || plain.hasPrefix("127.")
  }
}

/// Whether the body of a request was read to its end.
final class BodyProgress: Sendable {
  private let state = Atomic(false)

  var isComplete: Bool { state.load(ordering: .relaxed) }

  func complete() { state.store(true, ordering: .relaxed) }
}
