import CEL
import Testing

/// A slow matcher that tries everything, in the order in which RE2 prefers it.
private indirect enum Tree {
  case letter(String, Set<Character>)
  case start, end, boundary
  case group(Tree)
  case both(Tree, Tree)
  case either(Tree, Tree)
  case maybe(Tree, greedy: Bool)
  case many(Tree, greedy: Bool)
  case counted(Tree, Int, Int)

  /// Whether it can match nothing.
  var canBeEmpty: Bool {
    switch self {
    case .letter: false
    case .start, .end, .boundary, .maybe, .many: true
    case .group(let tree): tree.canBeEmpty
    case .both(let one, let other): one.canBeEmpty && other.canBeEmpty
    case .either(let one, let other): one.canBeEmpty || other.canBeEmpty
    case .counted(let tree, let low, _): low == 0 || tree.canBeEmpty
    }
  }

  /// Whether a loop in it can go round without reading, which engines treat in different ways.
  var hasEmptyLoop: Bool {
    switch self {
    case .letter, .start, .end, .boundary: false
    case .group(let tree), .maybe(let tree, _), .counted(let tree, _, _): tree.hasEmptyLoop
    case .both(let one, let other), .either(let one, let other):
      one.hasEmptyLoop || other.hasEmptyLoop
    case .many(let tree, _): tree.canBeEmpty || tree.hasEmptyLoop
    }
  }

  var source: String {
    switch self {
    case .letter(let text, _): text
    case .start: "^"
    case .end: "$"
    case .boundary: "\\b"
    case .group(let tree): "(\(tree.source))"
    case .both(let one, let other): one.source + other.source
    case .either(let one, let other): "(?:\(one.source)|\(other.source))"
    case .maybe(let tree, let greedy): "(?:\(tree.source))?" + (greedy ? "" : "?")
    case .many(let tree, let greedy): "(?:\(tree.source))*" + (greedy ? "" : "?")
    case .counted(let tree, let low, let high): "(?:\(tree.source)){\(low),\(high)}"
    }
  }
}

/// A text, and how often the matcher has tried something in it.
private struct Walk {
  var text: [Character]
  var effort = 0

  /// Matches `tree` at `index`, then goes on with `then`; false where nothing fits.
  mutating func match(
    _ tree: Tree, at index: Int, _ then: (inout Walk, Int) -> Bool
  ) -> Bool {
    effort += 1
    guard effort < 20_000 else { return false }
    switch tree {
    case .letter(_, let set):
      return index < text.count && set.contains(text[index]) && then(&self, index + 1)
    case .start: return index == 0 && then(&self, index)
    case .end: return index == text.count && then(&self, index)
    case .boundary:
      let before = index > 0 && ["a", "b"].contains(text[index - 1])
      let after = index < text.count && ["a", "b"].contains(text[index])
      return before != after && then(&self, index)
    case .group(let inner): return match(inner, at: index, then)
    case .both(let one, let other):
      return match(one, at: index) { walk, end in walk.match(other, at: end, then) }
    case .either(let one, let other):
      return match(one, at: index, then) || match(other, at: index, then)
    case .maybe(let inner, let greedy):
      if !greedy, then(&self, index) { return true }
      return match(inner, at: index, then) || (greedy && then(&self, index))
    case .many(let inner, let greedy):
      if !greedy, then(&self, index) { return true }
      let found = match(inner, at: index) { walk, end in
        end > index && walk.match(tree, at: end, then)
      }
      return found || (greedy && then(&self, index))
    case .counted(let inner, let low, let high):
      guard high > 0 else { return then(&self, index) }
      let rest = Tree.counted(inner, max(low - 1, 0), high - 1)
      if match(inner, at: index, { walk, end in walk.match(rest, at: end, then) }) { return true }
      return low == 0 && then(&self, index)
    }
  }
}

@Suite struct PatternDifferenceTests {
  private static let letters: [(String, Set<Character>)] = [
    ("a", ["a"]), ("b", ["b"]), ("é", ["é"]), (".", ["a", "b", "é", "-"]), ("[ab]", ["a", "b"]),
    ("[^a]", ["b", "é", "-"]), ("\\w", ["a", "b"]), ("\\pL", ["a", "b", "é"]), ("-", ["-"]),
  ]

  private static func tree(
    _ depth: Int, _ generator: inout SeededGenerator
  ) -> Tree {
    let choice = Int.random(in: 0..<(depth == 0 ? 4 : 14), using: &generator)
    switch choice {
    case 0...2:
      let letter = letters[Int.random(in: 0..<letters.count, using: &generator)]
      return .letter(letter.0, letter.1)
    case 3: return [Tree.start, .end, .boundary][Int.random(in: 0..<3, using: &generator)]
    case 4...7:
      return .both(tree(depth - 1, &generator), tree(depth - 1, &generator))
    case 8, 9:
      return .either(tree(depth - 1, &generator), tree(depth - 1, &generator))
    case 10:
      return .group(tree(depth - 1, &generator))
    case 11:
      return .maybe(tree(depth - 1, &generator), greedy: Bool.random(using: &generator))
    case 12:
      return .many(tree(depth - 1, &generator), greedy: Bool.random(using: &generator))
    default:
      let low = Int.random(in: 0...2, using: &generator)
      return .counted(
        tree(depth - 1, &generator), low, low + Int.random(in: 0...2, using: &generator))
    }
  }

  /// Finds the same as trying everything; where loops have empty rounds, only whether there is a match.
  @Test func findsWhatTryingEverythingFinds() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    var compared = 0
    for _ in 0..<4_000 {
      let tree = Self.tree(4, &generator)
      let pattern = try Pattern(tree.source)
      for _ in 0..<4 {
        let length = Int.random(in: 0...6, using: &generator)
        let text = (0..<length).map { _ in
          ["a", "b", "é", "-"][Int.random(in: 0..<4, using: &generator)] as Character
        }
        var walk = Walk(text: text)
        var expected: Range<Int>?
        for start in 0...text.count where expected == nil {
          _ = walk.match(tree, at: start) { _, end in
            expected = start..<end
            return true
          }
        }
        guard walk.effort < 20_000 else { continue }
        compared += 1
        let source = String(text)
        let note = "seed \(seed), pattern \(tree.source), text \(source)"
        #expect(pattern.matches(source) == (expected != nil), "\(note)")
        var steps = PatternSteps(limit: 1_000_000)
        let match = try pattern.firstMatch(in: Array(source.utf8), steps: &steps)
        let offsets = text.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.utf8.count) }
        let range = expected.map { offsets[$0.lowerBound]..<offsets[$0.upperBound] }
        #expect((match == nil) == (range == nil), "\(note)")
        if !tree.hasEmptyLoop { #expect(match?.range == range, "\(note)") }
      }
    }
    #expect(compared > 10_000)
  }
}
