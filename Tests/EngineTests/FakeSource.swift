import Engine
import Synchronization
import TestSupport

/// A source whose fetches a test can fail, hold and count.
final class FakeSource: RevisionSource {
  private struct State {
    var history = MemoryHistory()
    /// The newest revision as of the last refresh.
    var fetched: String?
    var failure: SourceError?
    var refreshCount = 0
    var running = 0
    var mostRunning = 0
    var kept: [String] = []
    var isHeld = false
    var held: [CheckedContinuation<Void, Never>] = []
    var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
  }

  private let state = Mutex(State())

  /// Adds a revision that changes `files`; its position in the history.
  @discardableResult
  func push(_ files: [String: String?]) -> Int {
    state.withLock { state in
      state.history.commit(files)
      return state.history.commits.count - 1
    }
  }

  func fail(_ error: SourceError?) { state.withLock { $0.failure = error } }

  /// Makes refreshes wait, after they saw the head, until `release`.
  func hold() { state.withLock { $0.isHeld = true } }

  func release() {
    let held = state.withLock { state in
      state.isHeld = false
      defer { state.held = [] }
      return state.held
    }
    for continuation in held { continuation.resume() }
  }

  var refreshCount: Int { state.withLock { $0.refreshCount } }
  var mostRunning: Int { state.withLock { $0.mostRunning } }
  var kept: [String] { state.withLock { $0.kept } }

  func position(of revision: String) -> Int? {
    state.withLock { $0.history.commits.firstIndex { $0.id == revision } }
  }

  /// Returns once `count` refreshes have begun.
  func waitForRefresh(number count: Int) async {
    await withCheckedContinuation { continuation in
      let isThere = state.withLock { state in
        if state.refreshCount >= count { return true }
        state.watchers.append((count, continuation))
        return false
      }
      if isThere { continuation.resume() }
    }
  }

  func refresh() async throws(SourceError) {
    let (watchers, fetched) = state.withLock { state in
      state.refreshCount += 1
      state.running += 1
      state.mostRunning = max(state.mostRunning, state.running)
      let count = state.refreshCount
      let ready = state.watchers.filter { $0.count <= count }
      state.watchers.removeAll { $0.count <= count }
      return (ready, state.history.commits.last?.id)
    }
    for watcher in watchers { watcher.continuation.resume() }
    await withCheckedContinuation { continuation in
      let isHeld = state.withLock { state in
        if state.isHeld { state.held.append(continuation) }
        return state.isHeld
      }
      if !isHeld { continuation.resume() }
    }
    let failure = state.withLock { state in
      state.running -= 1
      state.fetched = fetched
      return state.failure
    }
    if let failure { throw failure }
  }

  func head(liveRoots: [String]) throws(SourceError) -> any RevisionReader {
    let (history, fetched) = state.withLock { ($0.history, $0.fetched) }
    guard let fetched else { throw SourceError(.emptyRepository, "there is no commit") }
    return history.revision(fetched)
  }

  func keep(_ revision: String) throws(SourceError) { state.withLock { $0.kept.append(revision) } }
}
