internal import CProcess
internal import Glibc

/// The reading end of a pipe that a process writes to.
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

  private let end: Descriptor
  /// The other end, until it is closed here; its number is above 2.
  private var writingEnd: Descriptor?

  /// A pipe; neither end is inherited by whom it is not given.
  init() throws(ProbeError) {
    var ends: (Int32, Int32) = (-1, -1)
    let status = withUnsafeMutableBytes(of: &ends) { ends in
      writ_pipe(ends.assumingMemoryBound(to: Int32.self).baseAddress)
    }
    let error = SystemError.current
    end = Descriptor(ends.0)
    writingEnd = Descriptor(Descriptor.aboveStandard(ends.1))
    guard status == 0, writing >= 0 else { throw .system("pipe", error) }
    // Only this end: a program may not expect a writing end that does not block.
    _ = fcntl(ends.0, F_SETFL, O_NONBLOCK)
  }

  var reading: Int32 { end.number }

  /// The end for the process; -1 once it is closed.
  var writing: Int32 {
    switch writingEnd {
    case .some(let end): end.number
    case nil: -1
    }
  }

  /// To be called once a process has it, since there is no end while it is open here.
  mutating func closeWriting() { writingEnd = nil }

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

/// A descriptor that is closed by its owner.
struct Descriptor: ~Copyable {
  let number: Int32

  init(_ number: Int32) {
    self.number = number
  }

  deinit {
    if number >= 0 { close(number) }
  }

  /// The same under a number above 2, where a child can have its standard streams; -1 for none.
  static func aboveStandard(_ number: Int32) -> Int32 {
    guard (0..<3).contains(number) else { return number }
    let copy = fcntl(number, F_DUPFD_CLOEXEC, 3)
    close(number)
    return copy
  }
}
