import Resources
import Testing
import YAML

@Suite struct MutationTests {
  private static let manifests = [
    """
    apiVersion: writ/v1
    kind: Job
    metadata:
      name: db-backup
      labels: {team: storage, tier: "gold"}
    spec:
      description: >-
        Nightly dump
        of everything
      action:
        shell:
          interpreter: [/bin/sh, -eu]
          script: |
            pg_dump "$DATABASE" > dump
      timeout: 10m
      retries: {limit: 3, delay: 30s}
    """,
    """
    # Two documents
    ---
    kind: Schedule
    "spec": {cron: '30 2 * * *', from: 2026-12-24T18:00:00Z, weight: -1.5e3}
    ---
    - ü: &a [1, 0x1F, ~]
    - *a
    - !!str 0644
    - ? key
      : |2-
          text
    """,
  ]
  private static let pieces = [
    "\0", "\t", "\r", "\u{FEFF}", "\u{2028}", "😀", "[", "]", "{", "}", ",", ":", ": ", "- ", "? ",
    "#", "&a ", "*a", "!!int ", "!", "|", ">", "'", "\"", "\\", "%", "@", "---\n", "...\n", "\n",
    " ",
    "<<: ", "yes", "0644", "12:30", ".inf", "1_0", "9223372036854775808", "a: ", "%TAG ! !\n",
    "\n\n", "  ",
  ].map { Array($0.utf8) }

  private func mutation(_ random: inout SplitMix) -> [UInt8] {
    var bytes = Array(Self.manifests[random.below(Self.manifests.count)].utf8)
    for _ in 0...random.below(4) {
      let index = random.below(bytes.count)
      let end = min(bytes.count, index + random.below(20))
      switch random.below(6) {
      case 0: bytes[index] = UInt8(truncatingIfNeeded: random.next())
      case 1: bytes.insert(contentsOf: Self.pieces[random.below(Self.pieces.count)], at: index)
      case 2: bytes.removeSubrange(index..<end)
      case 3: bytes.insert(contentsOf: bytes[index..<end], at: random.below(bytes.count))
      case 4: bytes.swapAt(index, random.below(bytes.count))
      default: bytes.removeSubrange(max(1, index)...)
      }
      if bytes.isEmpty { bytes = [UInt8(ascii: "a")] }
    }
    return bytes
  }

  @Test func neverCrashes() {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SplitMix(seed)
    var whole = 0
    for round in 0..<10_000 {
      let bytes = mutation(&random)
      let reading = Reading(bytes)
      whole += reading.diagnostics.isEmpty ? 1 : 0
      let problem = problem(reading, bytes)
      #expect(problem == nil, "seed \(seed), round \(round): \(problem ?? "")")
    }
    #expect(whole > 100 && whole < 9_900, "seed \(seed)")
  }

  /// A text that fits goes into libyaml's buffer at once, a longer one through its reader.
  @Test func readsLongTextsAsShortOnes() {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SplitMix(seed)
    let comment = Array("#\(String(repeating: "x", count: 49_200))\n".utf8)
    for round in 0..<300 {
      let bytes = mutation(&random)
      let short = Reading(Array("#\n".utf8) + bytes)
      let long = Reading(comment + bytes)
      #expect(short.documents == long.documents, "seed \(seed), round \(round)")
      #expect(short.diagnostics == long.diagnostics, "seed \(seed), round \(round)")
    }
  }

  /// What a reading breaks of what is promised for all.
  private func problem(_ reading: Reading, _ bytes: [UInt8]) -> String? {
    if reading.diagnostics != reading.diagnostics.sorted() { return "not sorted" }
    let lines = bytes.count { $0 == 0x0A || $0 == 0x0D } + 1
    for diagnostic in reading.diagnostics {
      if Int(diagnostic.location.range.start.line) > lines { return "beyond: \(diagnostic)" }
      if diagnostic.hint == nil { return "no hint: \(diagnostic)" }
    }
    let again = Reading(bytes)
    if again.diagnostics != reading.diagnostics { return "not the same again" }
    return reading.documents.lazy.compactMap { self.problem($0.root) }.first
  }

  /// A node must hold its children, in order.
  private func problem(_ node: Node) -> String? {
    if node.range.end < node.range.start { return "backward: \(node.range)" }
    var last = node.range.start
    var ranges: [SourceRange] = []
    var children: [Node] = []
    switch node.content {
    case .list(let items):
      ranges = items.map(\.range)
      children = items
    case .map(let entries):
      ranges = entries.flatMap { [$0.keyRange, $0.value.range] }
      children = entries.map(\.value)
    case .null, .bool, .integer, .number, .string: break
    }
    for range in ranges {
      if range.start < last || node.range.end < range.end { return "\(range) in \(node.range)" }
      last = range.end
    }
    return children.lazy.compactMap { self.problem($0) }.first
  }
}

/// Random numbers that a seed repeats.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<max(1, bound), using: &self) }
}
