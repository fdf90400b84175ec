/// What is to happen in a simulation, by time, and then in the order in which it was asked for.
struct SimulatedQueue<Event> {
  /// Time and number of each event, as a heap, and the event by its number.
  private var times: [Int64] = []
  private var numbers: [Int] = []
  private var events: [Int: Event] = [:]
  private var count = 0

  var nextTime: Int64? { times.first }

  mutating func push(_ event: Event, at time: Int64) {
    count += 1
    events[count] = event
    times.append(time)
    numbers.append(count)
    var child = times.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      if times[parent] <= time { return }
      swap(parent, child)
      child = parent
    }
  }

  mutating func pop() -> Event? {
    guard let first = numbers.first, let time = times.popLast(), let number = numbers.popLast()
    else { return nil }
    if !times.isEmpty {
      times[0] = time
      numbers[0] = number
      sink()
    }
    return events.removeValue(forKey: first)
  }

  private mutating func sink() {
    var parent = 0
    while 2 * parent + 1 < times.count {
      var child = 2 * parent + 1
      if child + 1 < times.count, isBefore(child + 1, child) { child += 1 }
      if !isBefore(child, parent) { return }
      swap(parent, child)
      parent = child
    }
  }

  private mutating func swap(_ a: Int, _ b: Int) {
    let (time, number) = (times[a], numbers[a])
    times[a] = times[b]
    numbers[a] = numbers[b]
    times[b] = time
    numbers[b] = number
  }

  private func isBefore(_ a: Int, _ b: Int) -> Bool {
    times[a] < times[b] || times[a] == times[b] && numbers[a] < numbers[b]
  }
}
