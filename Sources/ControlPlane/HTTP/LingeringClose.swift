internal import HTTPTypes
internal import NIOCore
internal import NIOHTTPTypes

/// Closes the connection after an answer that says `Connection: close`, so that the client gets it.
///
/// Closing at once while the client still sends would reset the connection, and the answer would be
/// lost with it. So the sending side is closed first, and what still comes in is thrown away: up to
/// a number of bytes, and for a time.
final class LingeringClose: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private enum State {
    case open
    /// The head of the last answer is on its way.
    case lastAnswer
    case lingering(bytesLeft: Int)
  }

  private let byteLimit: Int
  private let timeLimit: TimeAmount
  private var state = State.open
  private var deadline: Scheduled<Void>?

  init(byteLimit: Int, timeLimit: TimeAmount) {
    self.byteLimit = byteLimit
    self.timeLimit = timeLimit
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let part = unwrapOutboundIn(data)
    switch (state, part) {
    case (.open, .head(let head)) where head.headerFields[.connection] == "close":
      state = .lastAnswer
      context.write(data, promise: promise)
    case (.lastAnswer, .end):
      state = .lingering(bytesLeft: byteLimit)
      let channel = context.channel
      deadline = context.eventLoop.scheduleTask(in: timeLimit) { channel.close(promise: nil) }
      context.writeAndFlush(data, promise: promise)
      context.close(mode: .output, promise: nil)
    default: context.write(data, promise: promise)
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard case .lingering(let bytesLeft) = state else {
      context.fireChannelRead(data)
      return
    }
    switch unwrapInboundIn(data) {
    case .body(let buffer) where buffer.readableBytes <= bytesLeft:
      state = .lingering(bytesLeft: bytesLeft - buffer.readableBytes)
    // The request is over, or too long, or there is another one, which nobody will answer.
    case .body, .end, .head: context.close(promise: nil)
    }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    deadline?.cancel()
    deadline = nil
  }
}

@available(*, unavailable)
extension LingeringClose: Sendable {}
