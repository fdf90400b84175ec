import NIOCore
import NIOPosix

/// Sends `text` over a connection of its own; returns all that comes back until the server closes.
///
/// With `more`, goes on sending that until the server has had enough.
func talk(
  to port: Int, _ text: String, thenForever more: [UInt8]? = nil,
) async throws -> String {
  let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
    .connect(host: "127.0.0.1", port: port) { channel in
      channel.eventLoop.makeCompletedFuture {
        try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
      }
    }
  var answer = ""
  do {
    try await channel.executeThenClose { inbound, outbound in
      try await outbound.write(ByteBuffer(string: text))
      if let more {
        while true { try await outbound.write(ByteBuffer(bytes: more)) }
      }
      for try await buffer in inbound { answer += String(buffer: buffer) }
    }
  } catch {
    // The server closed the connection before everything was sent.
  }
  return answer
}
