import Synchronization

/// Whether the loop can do what it is asked for, and if not, why.
///
/// It closes when the store fails, so that nobody is told that something was accepted that cannot be
/// kept; and opens with the first pass that the store carried.
package final class Intake: Sendable {
  private let reason = Mutex<String?>(nil)

  package init() {}

  /// Why nothing is accepted now; nil where it is.
  package var refusal: String? { reason.withLock { $0 } }

  /// - Returns: whether that is news.
  func close(_ words: String) -> Bool {
    reason.withLock { reason in
      defer { reason = words }
      return reason == nil
    }
  }

  /// - Returns: whether it was closed.
  func open() -> Bool {
    reason.withLock { reason in
      defer { reason = nil }
      return reason != nil
    }
  }
}
