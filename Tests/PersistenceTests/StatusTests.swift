import Engine
import Persistence
import Planning
import Resources
import TestSupport
import Testing
import Workflows

struct StatusTests {
  private let store: Store
  private let directory: TemporaryDirectory
  private let first = Timestamp(seconds: 1000)
  private let second = Timestamp(seconds: 2000)

  init() throws {
    directory = try TemporaryDirectory()
    store = try Store(path: directory.path("writ.db"), access: .readWrite)
  }

  private func condition(
    _ status: Engine.Condition.Status, _ message: String, at time: Timestamp,
  ) -> Engine.Condition {
    Engine.Condition(
      .ready, status, reason: "Because", message: message, observedRevision: "c0ffee",
      transitionTime: time)
  }

  @Test func theTransitionTimeIsWhenTheStatusChanged() throws {
    try store.record([condition(.isTrue, "one", at: first)], events: [], actor: "loop", at: first)
    try store.record([condition(.isTrue, "two", at: second)], events: [], actor: "loop", at: second)
    #expect(try store.conditions() == [condition(.isTrue, "two", at: first)])
    try store.record(
      [condition(.isFalse, "three", at: second)], events: [], actor: "loop", at: second)
    #expect(try store.conditions() == [condition(.isFalse, "three", at: second)])
  }

  @Test func conditionsThatAreNotNamedStay() throws {
    let stalled = Engine.Condition(
      .stalled, .unknown, reason: "New", message: "", observedRevision: nil, transitionTime: first)
    try store.record([stalled], events: [], actor: "loop", at: first)
    try store.record([condition(.isTrue, "one", at: first)], events: [], actor: "loop", at: first)
    #expect(try store.conditions().map(\.kind) == [.ready, .stalled])
  }

  @Test func aSuspensionSaysWhoAndWhy() throws {
    let suspension = Suspension(since: first, actor: "cli:ana", reason: "holiday")
    try store.setSuspended(suspension, actor: "cli:ana", at: first)
    #expect(try store.status().suspension == suspension)
    try store.setSuspended(nil, actor: "cli:ben", at: second)
    #expect(try store.status().suspension == nil)
  }

  @Test func anAcknowledgementIsOfOneGuardAndOnePlan() throws {
    let plan = String(repeating: "ab", count: 32)
    for _ in 0..<2 {
      try store.acknowledge(.massDelete, plan: plan, actor: "cli:ana", reason: "", at: first)
    }
    try store.acknowledge(
      .protected, plan: String(plan.prefix(16)), actor: "cli:ana", reason: "", at: first)
    #expect(
      Set(try store.acknowledgements()) == [
        Acknowledgement(guardName: .massDelete, plan: plan),
        Acknowledgement(guardName: .protected, plan: String(plan.prefix(16))),
      ])
  }

  @Test func tooShortAPlanIsNotAcknowledged() throws {
    #expect(throws: StoreError.self) {
      try store.acknowledge(.massDelete, plan: "abc", actor: "cli:ana", reason: "", at: first)
    }
    #expect(try store.acknowledgements().isEmpty)
    #expect(try store.events(JournalQuery(limit: 10)).isEmpty)
  }

  @Test func clearingWhatIsNotInQuarantineSaysSo() throws {
    let error = try thrown(StoreError.self) {
      try store.clearQuarantine(.zero, actor: "cli:ana", at: first)
    }
    #expect(error.code == .notFound)
    #expect(error.hint == "writ quarantine list")
    #expect(try store.events(JournalQuery(limit: 10)).isEmpty)
  }
}
