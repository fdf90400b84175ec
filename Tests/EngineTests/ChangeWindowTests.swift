import Engine
import Kinds
import Persistence
import Planning
import Resources
import TestSupport
import Testing

struct ChangeWindowTests {
  private static func time(_ text: String) throws -> Timestamp { try Timestamp(parsing: text) }

  struct Fixture: CustomTestStringConvertible {
    var window: String
    var time: String
    var isHeld: Bool

    init(_ window: String, _ time: String, _ isHeld: Bool) {
      self.window = window
      self.time = time
      self.isHeld = isHeld
    }

    var testDescription: String { "\(window.replacing("\n", with: " ")) @ \(time)" }
  }

  private static let weekday = "mode: freeze\nreason: r\nwindows: [{days: mon-fri}]"
  private static let night =
    "mode: freeze\nreason: r\nwindows: [{days: mon, from: \"22:00\", to: \"04:00\"}]"
  private static let berlin =
    "mode: freeze\nreason: r\nwindows: [{days: mon, from: \"16:00\", to: \"18:00\", timeZone: Europe/Berlin}]"
  private static let tokyo =
    "mode: freeze\nreason: r\nwindows: [{days: tue, from: \"00:00\", to: \"09:00\", timeZone: Asia/Tokyo}]"
  private static let yearEnd =
    "mode: freeze\nreason: r\nperiods: [{from: 2026-12-20T00:00:00Z, until: 2027-01-04T00:00:00Z}]"
  private static let allow =
    "mode: allow\nreason: r\nwindows: [{days: mon, from: \"09:00\", to: \"17:00\"}]"

  /// Around Monday, 2026-01-05; Berlin is one hour east of UTC, Tokyo nine.
  static let fixtures = [
    Fixture(weekday, "2026-01-05T00:00:00Z", true),
    Fixture(weekday, "2026-01-09T23:59:59Z", true),
    Fixture(weekday, "2026-01-10T00:00:00Z", false),
    Fixture(weekday, "2026-01-11T23:59:59Z", false),
    Fixture(night, "2026-01-05T21:59:59Z", false),
    Fixture(night, "2026-01-05T22:00:00Z", true),
    Fixture(night, "2026-01-06T03:59:59Z", true),
    Fixture(night, "2026-01-06T04:00:00Z", false),
    Fixture(night, "2026-01-06T22:00:00Z", false),
    Fixture(night, "2026-01-05T03:00:00Z", false),
    Fixture(berlin, "2026-01-05T14:59:59Z", false),
    Fixture(berlin, "2026-01-05T15:00:00Z", true),
    Fixture(berlin, "2026-01-05T16:59:59Z", true),
    Fixture(berlin, "2026-01-05T17:00:00Z", false),
    Fixture(tokyo, "2026-01-05T14:59:59Z", false),
    Fixture(tokyo, "2026-01-05T15:00:00Z", true),
    Fixture(tokyo, "2026-01-06T00:00:00Z", false),
    Fixture(yearEnd, "2026-12-19T23:59:59.999999999Z", false),
    Fixture(yearEnd, "2026-12-20T00:00:00Z", true),
    Fixture(yearEnd, "2027-01-03T23:59:59.999999999Z", true),
    Fixture(yearEnd, "2027-01-04T00:00:00Z", false),
    Fixture(allow, "2026-01-05T08:59:59Z", true),
    Fixture(allow, "2026-01-05T09:00:00Z", false),
    Fixture(allow, "2026-01-05T17:00:00Z", true),
    Fixture(allow, "2026-01-06T10:00:00Z", true),
  ]

  private let world: World

  init() throws {
    world = try World()
    world.windows = LiveChangeWindows { zone, _ in
      ["Europe/Berlin": 3600, "Asia/Tokyo": 32_400][zone] ?? 0
    }
  }

  private func apply(_ files: [String: String?]) throws {
    world.push(files)
    _ = try world.store.apply(
      try world.plan(), ApplyContext(actor: "test", time: world.wall.now()))
  }

  /// The findings for a plan that creates `files`.
  private func findings(
    _ files: [String: String?], at time: String = "2026-01-05T12:00:00Z",
  ) throws -> [String] {
    world.push(files)
    let plan = try world.plan()
    let windows = world.windows
    let time = try Timestamp(parsing: time)
    return try world.store.read { live throws(StoreError) in
      try windows.findings(for: plan, live: live, at: time)
    }.map { "\($0.subject): \($0.message)" }
  }

  @Test(arguments: fixtures)
  func holdsChangesAtItsTimes(_ fixture: Fixture) throws {
    try apply(["manifests/w.yaml": Manifest.changeWindow("w", fixture.window)])
    let found = try findings(["manifests/a.yaml": Manifest.job("a")], at: fixture.time)
    #expect(!found.isEmpty == fixture.isHeld)
  }

  @Test func saysWhyAndHowMuchItHolds() throws {
    try apply([
      "manifests/w.yaml": Manifest.changeWindow(
        "winter", "mode: freeze\nreason: nobody is there\nwindows: [{}]")
    ])
    #expect(
      try findings(["manifests/a.yaml": Manifest.job("a")])
        == ["winter: the freeze winter is on (nobody is there); it holds 1 change"])
    #expect(
      try findings(["manifests/b.yaml": Manifest.job("b")])
        == ["winter: the freeze winter is on (nobody is there); it holds 2 changes"])
  }

  @Test func anyOpenWindowIsEnough() throws {
    try apply([
      "manifests/w.yaml": Manifest.file(
        Manifest.changeWindow(
          "morning", "mode: allow\nreason: r\nwindows: [{from: \"08:00\", to: \"10:00\"}]"),
        Manifest.changeWindow(
          "noon", "mode: allow\nreason: r\nwindows: [{from: \"11:00\", to: \"13:00\"}]"))
    ])
    let job = ["manifests/a.yaml": Optional(Manifest.job("a"))]
    #expect(try findings(job, at: "2026-01-05T12:00:00Z") == [])
    #expect(try findings(job, at: "2026-01-05T09:00:00Z") == [])
    #expect(try findings(job, at: "2026-01-05T10:30:00Z").count == 1)
  }

  @Test func aFreezeBeatsAnOpenWindow() throws {
    try apply([
      "manifests/w.yaml": Manifest.file(
        Manifest.changeWindow("open", "mode: allow\nreason: r\nwindows: [{}]"),
        Manifest.changeWindow("ice", "mode: freeze\nreason: r\nwindows: [{}]"))
    ])
    #expect(
      try findings(["manifests/a.yaml": Manifest.job("a")])
        == ["ice: the freeze ice is on (r); it holds 1 change"])
  }

  @Test func theScopeSaysWhichChangesItHolds() throws {
    try apply([
      "manifests/w.yaml": Manifest.changeWindow(
        "w",
        "mode: freeze\nreason: r\nwindows: [{}]\nscope: {kinds: [Job], selector: {matchLabels: {tier: critical}}}"
      )
    ])
    #expect(try findings(["manifests/a.yaml": Manifest.job("a")]) == [])
    #expect(try findings(["manifests/r.yaml": Manifest.receiver("r")]) == [])
    #expect(
      try findings(["manifests/c.yaml": Manifest.job("c", labels: ["tier": "critical"])]).count == 1
    )
  }

  @Test func theLabelsThatAreLiveCount() throws {
    // Or a change could take itself out of the freeze.
    try apply(["manifests/c.yaml": Manifest.job("c", labels: ["tier": "critical"])])
    try apply([
      "manifests/w.yaml": Manifest.changeWindow(
        "w",
        "mode: freeze\nreason: r\nwindows: [{}]\nscope: {selector: {matchLabels: {tier: critical}}}"
      )
    ])
    #expect(try findings(["manifests/c.yaml": Manifest.job("c")]).count == 1)
    #expect(try findings(["manifests/c.yaml": nil]).count == 1)
  }

  @Test func aNewWindowHoldsNothingBeforeItIsLive() throws {
    #expect(
      try findings([
        "manifests/w.yaml": Manifest.changeWindow("w", "mode: freeze\nreason: r\nwindows: [{}]")
      ]) == [])
  }

  @Test func theLoopWaitsForTheWindowAndThenApplies() throws {
    try apply([
      "manifests/w.yaml": Manifest.changeWindow(
        "w", "mode: freeze\nreason: r\nwindows: [{from: \"12:00\", to: \"13:00\"}]")
    ])
    world.push(["manifests/a.yaml": Manifest.job("a")])
    guard case .blocked(let plan, let blocks) = try world.reconcile().outcome else {
      Issue.record("it was not held")
      return
    }
    #expect(blocks.map(\.name) == ["change-window"])
    #expect(plan.guards.isEmpty, "the moment is no part of the plan")
    world.wall.advance(seconds: 3600)
    guard case .applied(let applied, _) = try world.reconcile().outcome else {
      Issue.record("it is still held")
      return
    }
    #expect(applied.planDigest == plan.digest)
  }
}
