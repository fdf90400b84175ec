internal import Dispatch
internal import Glibc
import Planning
internal import Synchronization

/// As many pieces at a time as there are processors.
///
/// The thread that asks for the work takes part in it, and goes on when all is done.
package struct AllCores: Spread {
  package let width: Int

  package init() { width = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  /// With a width of its own, for tests.
  package init(width: Int) { self.width = max(1, width) }

  package func map<Result: Sendable>(
    _ count: Int, _ piece: @Sendable (_ index: Int) -> Result,
  ) -> [Result] {
    let results = Mutex<[Result?]>(Array(repeating: nil, count: count))
    DispatchQueue.concurrentPerform(iterations: count) { index in
      let result = piece(index)
      results.withLock { $0[index] = result }
    }
    return results.withLock { $0 }.compactMap(\.self)
  }
}
