/// Deadlines by token, the earliest first; setting one again replaces it.
///
/// A replaced or removed deadline stays in the heap until it comes up or until more than half of
/// the heap is stale, so each step costs O(log n) amortised.
struct DeadlineHeap {
  private struct Entry {
    var at: MonotonicTime
    var token: UInt64
  }

  private var heap: [Entry] = []
  private var current: [UInt64: MonotonicTime] = [:]

  /// The earliest deadline, which may have been removed already.
  var earliest: MonotonicTime? { heap.first?.at }

  mutating func set(_ token: UInt64, at deadline: MonotonicTime) {
    guard current.updateValue(deadline, forKey: token) != deadline else { return }
    heap.append(Entry(at: deadline, token: token))
    siftUp(heap.count - 1)
    compact()
  }

  mutating func remove(_ token: UInt64) {
    current[token] = nil
    compact()
  }

  /// Takes out the token whose deadline has passed first; nil when none has.
  mutating func popDue(_ now: MonotonicTime) -> UInt64? {
    while let first = heap.first, first.at <= now {
      popFirst()
      guard current[first.token] == first.at else { continue }
      current[first.token] = nil
      return first.token
    }
    return nil
  }

  private mutating func compact() {
    guard heap.count > 64 + 2 * current.count else { return }
    heap = heap.filter { current[$0.token] == $0.at }.sorted { $0.at < $1.at }
  }

  private mutating func popFirst() {
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && heap[child].at < heap[least].at {
        least = child
      }
      guard least != parent else { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }

  private mutating func siftUp(_ start: Int) {
    var child = start
    while child > 0, heap[child].at < heap[(child - 1) / 2].at {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }
}
