import Planning
import Resources
import TestSupport
import Testing

struct StateTreeTests {
  private func key(_ number: Int) -> ResourceKey { ResourceKey(kind: "Job", name: "j\(number)") }
  private func digest(_ number: Int) -> Digest { Digest(of: Array("content \(number)".utf8)) }

  private func tree(_ state: [ResourceKey: Digest]) -> StateTree {
    StateTree(entries: state.map { StateTree.Entry(key: $0.key, digest: $0.value) })
  }

  @Test func theEmptyRootIsFixed() {
    #expect(StateTree.empty.root == StateTree.emptyRoot)
    #expect(StateTree(entries: []).root == StateTree.emptyRoot)
    #expect(
      StateTree.emptyRoot.description
        == "dbc1b4c900ffe48d575b5da5c638040125f65db0fe3e24494b76ea986457d986")
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func updatingGivesTheRootOfTheWhole(_ seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var state: [ResourceKey: Digest] = [:]
    var tree = StateTree.empty
    for step in 0..<60 {
      var changes: [(key: ResourceKey, digest: Digest?)] = []
      for _ in 0...generator.number(below: 5) {
        let key = key(generator.number(below: 40))
        let new = generator.once(in: 3) ? nil : digest(generator.number(below: 1000))
        changes.append((key, new))
        state[key] = new
      }
      tree.update(changes)
      #expect(tree.root == self.tree(state).root, "seed \(seed), step \(step)")
    }
    tree.update(state.keys.map { (key: $0, digest: nil) })
    #expect(tree.root == StateTree.emptyRoot, "seed \(seed)")
  }

  @Test(arguments: 0..<10 as Range<UInt64>)
  func theOrderOfChangesDoesNotMatter(_ seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let entries = (0..<200).map { StateTree.Entry(key: key($0), digest: digest($0)) }
    let expected = StateTree(entries: entries).root
    #expect(
      StateTree(entries: entries.shuffled(using: &generator)).root == expected, "seed \(seed)")
    var tree = StateTree.empty
    for entry in entries.shuffled(using: &generator) {
      tree.update([(key: entry.key, digest: entry.digest)])
    }
    #expect(tree.root == expected, "seed \(seed)")
  }

  @Test func aPartOfTheTreeIsEnoughToUpdateIt() {
    let state = Dictionary(uniqueKeysWithValues: (0..<500).map { (key($0), digest($0)) })
    let whole = tree(state)
    let touched = [key(3), key(77), key(1000)]
    let buckets = Set(touched.map { StateTree.bucket(of: StateTree.identifier(of: $0)) })
    var part = StateTree(
      trunk: whole.trunk,
      branches: whole.branches.filter { branch, _ in
        buckets.contains { UInt8($0 >> 8) == branch }
      }, buckets: whole.buckets.filter { buckets.contains($0.key) })
    #expect(part.root == whole.root)
    part.update([
      (key: key(3), digest: nil), (key: key(77), digest: digest(0)),
      (key: key(1000), digest: digest(1)),
    ])
    var expected = state
    expected[key(3)] = nil
    expected[key(77)] = digest(0)
    expected[key(1000)] = digest(1)
    #expect(part.root == tree(expected).root)
  }

  @Test func everyEntryCounts() {
    let state = [key(0): digest(0), key(1): digest(1)]
    let root = tree(state).root
    #expect(tree([key(0): digest(1), key(1): digest(0)]).root != root)
    #expect(tree([key(0): digest(0)]).root != root)
    #expect(tree([key(0): digest(0), key(2): digest(1)]).root != root)
  }

  @Test func entriesOfOneBucketAreSorted() {
    let entries = (0..<5).map { StateTree.Entry(key: key($0), digest: digest($0)) }
    #expect(
      StateTree.digest(ofBucket: entries) == StateTree.digest(ofBucket: entries.reversed()))
    #expect(StateTree.digest(ofBucket: []) == nil)
  }

  @Test func aBucketHoldsTheIdentifiersThatFallIntoIt() {
    for number in 0..<100 {
      let identifier = StateTree.identifier(of: key(number))
      let bucket = StateTree.bucket(of: identifier)
      #expect((0..<65_536).contains(bucket))
      #expect(StateTree.identifiers(in: bucket).contains(identifier))
      if bucket > 0 {
        #expect(!StateTree.identifiers(in: bucket - 1).contains(identifier))
      }
    }
    #expect(StateTree.identifiers(in: 0).lowerBound == 0)
    #expect(StateTree.identifiers(in: 65_535).upperBound == .max)
    for bucket in 0..<100 {
      let next = StateTree.identifiers(in: bucket + 1).lowerBound
      #expect(StateTree.identifiers(in: bucket).upperBound + 1 == next)
    }
  }

  @Test func aBranchIsItsBytes() throws {
    var branch = StateTree.Branch()
    branch[7] = digest(7)
    branch[255] = digest(255)
    branch[0] = digest(0)
    #expect(branch.bytes.count == 99)
    #expect(StateTree.Branch(bytes: branch.bytes) == branch)
    #expect(StateTree.Branch(bytes: Array(branch.bytes.dropLast())) == nil)
    branch[7] = nil
    #expect(branch.bytes.count == 66)
  }
}
