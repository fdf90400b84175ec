import Engine
import Foundation
import Planning
import Resources
import TestSupport
import Testing
import Workflows

/// Every state, every snapshot, every order of operations, every crash, in the small: Anvil's
/// "eventually stable reconciliation" under Sieve's three perturbations (states in the middle after
/// a crash, stale reads, states that nobody saw), checked over the code that ships.
struct SmallScopeTests {
  /// How many operations in a row; `make soak` asks for more than `make test`.
  private static let depth =
    ProcessInfo.processInfo.environment["SMALL_SCOPE_DEPTH"].flatMap { Int($0) } ?? 5

  @Test(arguments: SmallUniverse.few.indices)
  func everyOrderOfOperationsConverges(_ first: Int) throws {
    guard let start = try SmallScopeWorld().after(.push(first)) else {
      throw FixtureError("nothing to start from")
    }
    var frontier = [start]
    var known: Set<SmallScopeWorld.Key> = [start.key]
    var tally = (transitions: 1, rounds: [Int: Int]())
    for _ in 1..<Self.depth {
      var next: [SmallScopeWorld] = []
      for world in frontier {
        for operation in SmallScopeWorld.operations {
          guard let following = try world.after(operation) else { continue }
          tally.transitions += 1
          guard known.insert(following.key).inserted else { continue }
          tally.rounds[try following.checkConvergence(), default: 0] += 1
          next.append(following)
        }
      }
      frontier = next
    }
    let rounds = tally.rounds.sorted { $0.key < $1.key }.map { "\($0.value) in \($0.key)" }
    print(
      "small scope, from snapshot \(first): \(known.count) states, \(tally.transitions) transitions; at rest after rounds: \(rounds.joined(separator: ", "))"
    )
    #expect(known.count > 1000)
    #expect(tally.rounds[2] != nil, "nothing ever stood in the way")
  }
}
