import Testing
import Workflows

/// The cases of Temporal's `buffer_test.go`, and mixed policies, which it leaves open.
struct OverlapPassTests {
  typealias Overlap = ScheduleDefinition.Overlap

  struct Case: Sendable, CustomTestStringConvertible {
    var policies: [Overlap]
    var isRunning: Bool
    var overlapping: [Int] = []
    var chosen: Int?
    var buffer: [Int] = []
    var dropped: [Int] = []
    var cancels = false
    var kills = false

    var testDescription: String {
      policies.map(\.rawValue).joined(separator: " ") + (isRunning ? " running" : "")
    }
  }

  static func three(_ policy: Overlap) -> [Overlap] { [policy, policy, policy] }

  static let cases = [
    Case(policies: [], isRunning: false),
    Case(policies: three(.skip), isRunning: true, dropped: [0, 1, 2]),
    Case(policies: three(.skip), isRunning: false, chosen: 0, dropped: [1, 2]),
    Case(policies: three(.bufferOne), isRunning: true, buffer: [0], dropped: [1, 2]),
    Case(policies: three(.bufferOne), isRunning: false, chosen: 0, buffer: [1], dropped: [2]),
    Case(policies: three(.bufferAll), isRunning: true, buffer: [0, 1, 2]),
    Case(policies: three(.bufferAll), isRunning: false, chosen: 0, buffer: [1, 2]),
    Case(policies: three(.cancelOther), isRunning: true, buffer: [0, 1, 2], cancels: true),
    Case(policies: three(.cancelOther), isRunning: false, chosen: 2, dropped: [0, 1]),
    Case(policies: three(.killOther), isRunning: true, buffer: [0, 1, 2], kills: true),
    Case(policies: three(.killOther), isRunning: false, chosen: 2, dropped: [0, 1]),
    Case(policies: three(.allowAll), isRunning: false, overlapping: [0, 1, 2]),
    Case(policies: three(.allowAll), isRunning: true, overlapping: [0, 1, 2]),
    // One that may run beside others is not the one that runs alone.
    Case(
      policies: [.allowAll, .skip, .skip], isRunning: false, overlapping: [0], chosen: 1,
      dropped: [2]),
    // Where nothing runs, the first starts whatever its policy is.
    Case(
      policies: [.bufferAll, .skip, .bufferOne, .bufferOne], isRunning: false, chosen: 0,
      buffer: [2], dropped: [1, 3]),
    Case(policies: [.bufferAll, .bufferOne], isRunning: true, buffer: [0], dropped: [1]),
    Case(
      policies: [.skip, .killOther, .bufferAll], isRunning: false, chosen: 1, buffer: [2],
      dropped: [0]),
    // Those that would be ended at once do not even start.
    Case(
      policies: [.allowAll, .cancelOther, .allowAll], isRunning: true, buffer: [1],
      dropped: [0, 2], cancels: true),
    Case(
      policies: [.cancelOther, .killOther], isRunning: true, buffer: [0, 1], cancels: true,
      kills: true),
  ]

  @Test(arguments: cases) func treatsThoseThatWaitAsTemporalDoes(_ item: Case) {
    let pass = OverlapPass(
      count: item.policies.count, isRunning: item.isRunning, bufferLimit: 1000
    ) { item.policies[$0] }
    #expect(pass.overlapping == item.overlapping)
    #expect(pass.chosen == item.chosen)
    #expect(pass.buffer == item.buffer)
    #expect(pass.dropped.map(\.index).sorted() == item.dropped)
    #expect(pass.needsCancel == item.cancels)
    #expect(pass.needsKill == item.kills)
  }

  @Test(arguments: [Overlap.bufferAll, .cancelOther, .killOther])
  func noMoreWaitThanMay(_ policy: Overlap) {
    let pass = OverlapPass(count: 1500, isRunning: true, bufferLimit: 1000) { _ in policy }
    #expect(pass.buffer == Array(0..<1000))
    #expect(pass.dropped.count == 500)
    #expect(pass.dropped.allSatisfy { $0.reason == .bufferFull })
  }

  @Test(arguments: Overlap.allCases, [false, true])
  func eachOneHasExactlyOneFate(_ policy: Overlap, _ isRunning: Bool) {
    for count in 0..<20 {
      let pass = OverlapPass(count: count, isRunning: isRunning, bufferLimit: 5) { _ in policy }
      let chosen = pass.chosen.map { [$0] } ?? []
      let fates = pass.overlapping + chosen + pass.buffer + pass.dropped.map(\.index)
      #expect(fates.sorted() == Array(0..<count))
    }
  }
}
