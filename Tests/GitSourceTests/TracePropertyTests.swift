import Engine
import GitSource
import Planning
import Resources
import TestSupport
import Testing

/// I7: over random histories with branches, merges, moves and breakage, the commit of each field is
/// the one that comparing every version with its parents gives.
struct TracePropertyTests {
  @Test(arguments: 0..<40 as Range<UInt64>)
  func eachFieldHasTheCommitThatBruteForceGives(_ seed: UInt64) throws {
    let history = BranchingHistory(seed: seed, length: 24)
    let repository = try TemporaryRepository()
    let ids = try history.add(to: repository)
    for number in [history.commits.count / 2, history.commits.count - 1] {
      let commit = history.commits[number]
      let source = try repository.revision(ids[number])
      let queries = commit.states.map { key, state in
        TraceQuery(key: key, file: state.file, content: state.bytes, live: nil)
      }
      let traces = try source.trace(queries, since: nil)
      for (key, state) in commit.states {
        let trace = try #require(traces[key])
        let origins = FieldOrigins(trace, sequence: 1)
        #expect(state.commits.values.contains { ids[$0] == trace.origin.commit })
        for leaf in state.content.leaves() {
          #expect(
            origins.mark(at: leaf).commit == state.commits[leaf].map { ids[$0] },
            "seed \(seed), commit \(number), \(key) \(leaf)")
        }
      }
    }
  }

  /// From any ancestor on: what differs is traced no further than needed, to the same commits.
  @Test(arguments: 100..<140 as Range<UInt64>)
  func whatDiffersFromAnEarlierCommitHasTheSameCommits(_ seed: UInt64) throws {
    let history = BranchingHistory(seed: seed, length: 24)
    let repository = try TemporaryRepository()
    let ids = try history.add(to: repository)
    let last = history.commits.count - 1
    let head = history.commits[last]
    let source = try repository.revision(ids[last])
    for base in stride(from: 0, to: last, by: 3) {
      let old = history.commits[base].states
      // What cannot be read is never live.
      guard try source.ancestry(since: ids[base]) == .descends,
        !old.values.contains(where: \.isHidden)
      else { continue }
      let queries = head.states.compactMap { key, state in
        old[key]?.bytes == state.bytes
          ? nil
          : TraceQuery(key: key, file: state.file, content: state.bytes, live: old[key]?.bytes)
      }
      let traces = try source.trace(queries, since: ids[base])
      for query in queries {
        let state = try #require(head.states[query.key])
        let trace = try #require(traces[query.key])
        let origins = FieldOrigins(trace, sequence: 1)
        let changes = FieldChange.between(
          query.live.flatMap { Value(canonical: $0) } ?? .null, state.content)
        for change in changes {
          for leaf in change.new?.leaves(below: change.pointer) ?? [] {
            #expect(
              origins.mark(at: leaf).commit == state.commits[leaf].map { ids[$0] },
              "seed \(seed), from \(base), \(query.key) \(leaf)")
          }
        }
      }
    }
  }
}
