/// Aho and Corasick's automaton: finds all patterns in one pass.
///
/// States are numbers; 0 is that of nothing read. Most states of long patterns have one successor,
/// which stands in an array; others are in a dictionary. So memory is about twenty bytes for each
/// byte of the patterns.
struct PatternAutomaton: Sendable {
  /// The successors of state 0 by byte.
  private var roots = [Int32](repeating: 0, count: 256)
  private var firstByte: [UInt8] = [0]
  private var firstChild: [Int32] = [0]
  private var moreChildren: [Int64: Int32] = [:]
  private var fallback: [Int32] = [0]
  private var depths: [Int32] = [0]
  private var matchLengths: [Int32] = [0]

  init(_ patterns: [[UInt8]]) {
    for pattern in patterns where !pattern.isEmpty { insert(pattern) }
    link()
  }

  /// The state after `byte`.
  func step(_ state: Int32, _ byte: UInt8) -> Int32 {
    var state = state
    while state != 0 {
      let next = child(state, byte)
      if next != 0 { return next }
      state = fallback[Int(state)]
    }
    return roots[Int(byte)]
  }

  /// How many of the last bytes may be the beginning of a pattern.
  func depth(_ state: Int32) -> Int { Int(depths[Int(state)]) }

  /// How long the longest pattern is that ends here; 0 where none does.
  func matchLength(_ state: Int32) -> Int { Int(matchLengths[Int(state)]) }

  /// The first index from `start` on whose byte begins a pattern, or the end.
  func skip(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    roots.withUnsafeBufferPointer { roots in
      var index = start
      while index < bytes.count, roots[Int(bytes[index])] == 0 { index += 1 }
      return index
    }
  }

  private func child(_ state: Int32, _ byte: UInt8) -> Int32 {
    if state == 0 { return roots[Int(byte)] }
    let only = firstChild[Int(state)]
    if only == 0 || firstByte[Int(state)] == byte { return only }
    return moreChildren.isEmpty ? 0 : moreChildren[Int64(state) << 8 | Int64(byte)] ?? 0
  }

  private mutating func insert(_ pattern: [UInt8]) {
    var state: Int32 = 0
    for byte in pattern {
      let next = child(state, byte)
      state = next == 0 ? grow(state, byte) : next
    }
    matchLengths[Int(state)] = Int32(pattern.count)
  }

  private mutating func grow(_ state: Int32, _ byte: UInt8) -> Int32 {
    let new = Int32(depths.count)
    depths.append(depths[Int(state)] + 1)
    firstByte.append(0)
    firstChild.append(0)
    fallback.append(0)
    matchLengths.append(0)
    if state == 0 {
      roots[Int(byte)] = new
    } else if firstChild[Int(state)] == 0 {
      firstByte[Int(state)] = byte
      firstChild[Int(state)] = new
    } else {
      moreChildren[Int64(state) << 8 | Int64(byte)] = new
    }
    return new
  }

  /// Sets where each state falls back to, the shallow ones first.
  private mutating func link() {
    var children = [[(byte: UInt8, state: Int32)]](repeating: [], count: 0)
    children = Array(repeating: [], count: depths.count)
    for (key, state) in moreChildren {
      children[Int(key >> 8)].append((UInt8(truncatingIfNeeded: key), state))
    }
    var queue = roots.filter { $0 != 0 }
    var index = 0
    while index < queue.count {
      let state = queue[index]
      index += 1
      var successors = children[Int(state)]
      if firstChild[Int(state)] != 0 {
        successors.append((firstByte[Int(state)], firstChild[Int(state)]))
      }
      for (byte, next) in successors {
        let target = step(fallback[Int(state)], byte)
        fallback[Int(next)] = target
        if matchLengths[Int(next)] == 0 {
          matchLengths[Int(next)] = matchLengths[Int(target)]
        }
        queue.append(next)
      }
    }
  }
}
