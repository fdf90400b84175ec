/// What is to happen in a simulation, by time, and then in the order in which it was asked for.
struct SimulatedQueue<Event> {
  private var heap: [(time: Int64, number: Int, event: Event)] = []
  private var count = 0

  var nextTime: Int64? { heap.first?.time }

  mutating func push(_ event: Event, at time: Int64) {
    count += 1
    heap.append((time, count, event))
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      if heap[parent].time <= heap[child].time { return }
      heap.swapAt(parent, child)
      child = parent
    }
  }

  mutating func pop() -> Event? {
    guard let first = heap.first else { return nil }
    let last = heap.removeLast()
    if heap.isEmpty { return first.event }
    heap[0] = last
    var parent = 0
    while 2 * parent + 1 < heap.count {
      var child = 2 * parent + 1
      if child + 1 < heap.count, isBefore(child + 1, child) { child += 1 }
      if !isBefore(child, parent) { break }
      heap.swapAt(parent, child)
      parent = child
    }
    return first.event
  }

  private func isBefore(_ a: Int, _ b: Int) -> Bool {
    (heap[a].time, heap[a].number) < (heap[b].time, heap[b].number)
  }
}
