internal import CProcess
internal import Glibc

/// The reading end of a pipe, and where its writing end is until a process has it.
struct OutputPipe: ~Copyable {
  /// What reading found.
  enum Finding {
    /// Nothing more for now.
    case nothing
    /// Perhaps more; reading stopped at its budget.
    case more
    /// Everybody closed the writing end.
    case end
  }

  /// How much is read at a time, before somebody else has a turn.
  static let budget = 1 << 20

  let reading: Int32
  /// Closed by whoever starts the process.
  let writing: Int32

  init() throws(ProbeError) {
    var ends: (Int32, Int32) = (-1, -1)
    let status = withUnsafeMutableBytes(of: &ends) { ends in
      writ_pipe(ends.assumingMemoryBound(to: Int32.self).baseAddress)
    }
    guard status == 0 else { throw .system("pipe", SystemError.current) }
    (reading, writing) = ends
    // Only this end: a program may not expect a writing end that does not block.
    _ = fcntl(reading, F_SETFL, O_NONBLOCK)
  }

  deinit { close(reading) }

  /// Reads what is there and gives it to `sink`.
  func read(into sink: (Span<UInt8>) -> Void) -> Finding {
    withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { buffer in
      var total = 0
      while total < Self.budget {
        let count = Glibc.read(reading, buffer.baseAddress, buffer.count)
        if count > 0 {
          let bytes = UnsafeBufferPointer(rebasing: buffer.bindMemory(to: UInt8.self)[..<count])
          sink(bytes.span)
          total += count
        } else if count == 0 {
          return .end
        } else if errno != EINTR {
          return errno == EAGAIN ? .nothing : .end
        }
      }
      return .more
    }
  }
}
