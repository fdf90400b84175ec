import Engine
import Kinds
import Persistence
import Planning
import Resources
import TestSupport
import Testing
import TimeZones

struct ImpactTests {
  private func report(
    _ world: World, _ analysis: ImpactAnalysis = ImpactAnalysis(),
  ) throws -> ImpactReport {
    let plan = try world.plan()
    return try world.store.read { live throws(StoreError) in
      try analysis.report(on: plan, live: live, at: world.wall.now())
    }
  }

  private func section(_ report: ImpactReport, _ area: String) throws -> ImpactSection {
    try #require(report.sections.first { $0.area == area })
  }

  private func items(_ section: ImpactSection) -> [ImpactItem] {
    if case .items(let items, _) = section.findings { items } else { [] }
  }

  private func labelled(_ text: String, _ labels: String) -> String {
    text.replacing("metadata:", with: "metadata:\n  labels: {\(labels)}", maxReplacements: 1)
  }

  @Test func schedulesAreReachedFromTheirJob() throws {
    let world = try World()
    try world.apply([
      "manifests/a.yaml": Manifest.job("a", timeout: "1h"),
      "manifests/b.yaml": Manifest.job("b", timeout: "1h"),
      "manifests/s.yaml": Manifest.schedule("s", job: "a"),
      "manifests/t.yaml": Manifest.schedule("t", job: "a"),
    ])
    world.push([
      "manifests/a.yaml": Manifest.job("a", timeout: "2h"),
      "manifests/b.yaml": Manifest.job("b", timeout: "2h"),
    ])
    let reach = try section(report(world), "reach")
    #expect(items(reach).map(\.subject) == ["Job/a"])
    #expect(items(reach).first?.words == "reaches 2 Schedule")
    #expect(reach.summary == "2 Schedule by way of references")
  }

  @Test func theLargestTeamIsToldFirst() throws {
    let world = try World()
    world.push([
      "manifests/a.yaml": labelled(Manifest.job("a", timeout: "1h"), "team: small"),
      "manifests/b.yaml": labelled(Manifest.job("b", timeout: "1h"), "team: large, owner: ana"),
      "manifests/c.yaml": labelled(Manifest.job("c", timeout: "1h"), "team: large"),
    ])
    let ownership = try section(report(world), "ownership")
    #expect(items(ownership).map(\.subject) == ["team large", "owner ana", "team small"])
    #expect(ownership.summary == "3 objects of 2 teams")
  }

  @Test func areasWithoutAnAnalyzerSaySo() throws {
    let world = try World()
    world.push(["manifests/a.yaml": Manifest.job("a", timeout: "1h")])
    let routing = try section(report(world), "routing")
    guard case .notAvailable(let reason) = routing.findings else {
      Issue.record("routing is told: \(routing)")
      return
    }
    #expect(!reason.isEmpty)
  }

  @Test func noPlanHasNoImpact() throws {
    let world = try World()
    try world.apply(["manifests/a.yaml": Manifest.job("a", timeout: "1h")])
    world.push([:])
    #expect(try report(world).sections.isEmpty)
  }

  @Test func fireTimesThatAScheduleLosesAreCounted() throws {
    let world = try World()
    let schedule = Manifest.schedule("s", job: "a")
    try world.apply([
      "manifests/a.yaml": Manifest.job("a", timeout: "1h"), "manifests/s.yaml": schedule,
    ])
    world.push(["manifests/s.yaml": nil])
    let analysis = ImpactAnalysis([FiresImpact { _ in .utc }])
    let fires = try section(report(world, analysis), "fires")
    let item = try #require(items(fires).first)
    #expect(item.words.hasPrefix("+0 −\(item.size) fires"), "\(item.words)")
    #expect(item.size >= 7, "it fires daily at least")
  }

  @Test func aScheduleInAnUnknownZoneIsNotCounted() throws {
    let world = try World()
    try world.apply(["manifests/a.yaml": Manifest.job("a", timeout: "1h")])
    world.push(["manifests/s.yaml": Manifest.schedule("s", job: "a")])
    let fires = try section(report(world, ImpactAnalysis([FiresImpact { _ in nil }])), "fires")
    #expect(fires.summary?.contains("1 schedules are not counted") == true)
  }

  private static func policy(_ limit: String) -> String {
    """
    apiVersion: writ/v1
    kind: Policy
    metadata: {name: short}
    spec:
      severity: deny
      match: {kinds: [Job]}
      validations:
        - {expression: object.spec.timeout <= duration('\(limit)'), message: too long}

    """
  }

  @Test func aNewPolicySaysWhatItWouldRefuseOfWhatIsLive() throws {
    let world = try World()
    try world.apply([
      "manifests/a.yaml": Manifest.job("a", timeout: "1h"),
      "manifests/b.yaml": Manifest.job("b", timeout: "3h"),
    ])
    world.push(["manifests/p.yaml": Self.policy("2h")])
    let analysis = ImpactAnalysis([PoliciesImpact(registry: .standard)])
    let item = try #require(items(section(report(world, analysis), "policies")).first)
    #expect(item.size == 1)
    #expect(item.words.contains("would refuse changes to 1: Job/b (too long)"), "\(item.words)")
  }

  @Test func aLoosenedPolicySaysWhatItLetsGo() throws {
    let world = try World()
    try world.apply([
      "manifests/b.yaml": Manifest.job("b", timeout: "3h"), "manifests/p.yaml": Self.policy("2h"),
    ])
    world.push(["manifests/p.yaml": Self.policy("4h")])
    let analysis = ImpactAnalysis([PoliciesImpact(registry: .standard)])
    let item = try #require(items(section(report(world, analysis), "policies")).first)
    #expect(item.words.contains("no longer refuses changes to 1"), "\(item.words)")
  }

  @Test func aPolicyThatIsAboutNothingSaysSo() throws {
    let world = try World()
    try world.apply(["manifests/a.yaml": Manifest.job("a", timeout: "1h")])
    let policy = Self.policy("2h").replacing("{kinds: [Job]}", with: "{kinds: [Receiver]}")
      .replacing("object.spec.timeout <= duration('2h')", with: "object.metadata.name != ''")
    world.push(["manifests/p.yaml": policy])
    let analysis = ImpactAnalysis([PoliciesImpact(registry: .standard)])
    let item = try #require(items(section(report(world, analysis), "policies")).first)
    #expect(item.words == "is about nothing that will be live")
  }

  @Test func theWorkDoesNotGrowWithWhatIsLiveBesides() throws {
    let world = try World()
    var files: [String: String?] = [:]
    for number in 0..<300 {
      files["manifests/j\(number).yaml"] = Manifest.job("j\(number)", timeout: "1h")
    }
    try world.apply(files)
    world.push(["manifests/j7.yaml": Manifest.job("j7", timeout: "2h")])
    let plan = try world.plan()
    let counted = try world.store.read { live throws(StoreError) in
      let counter = CountingReader(live)
      _ = try ImpactAnalysis().report(on: plan, live: counter, at: world.wall.now())
      return counter.asked.keys
    }
    #expect(counted <= 4, "asked for \(counted) resources")
  }
}

/// Counts for how many resources it is asked, and answers nothing that is about all of them.
private struct CountingReader: LiveReader {
  final class Count { var keys = 0 }

  private let base: any LiveReader
  let asked = Count()

  init(_ base: any LiveReader) { self.base = base }

  private func unexpected() -> StoreError { StoreError(.other, "it looked at everything") }

  func summary() throws(StoreError) -> LiveSummary { try base.summary() }
  func isExact() throws(StoreError) -> Bool { try base.isExact() }
  func resources(inFiles files: [String]) throws(StoreError) -> [LiveResource] {
    throw unexpected()
  }
  func resources(named keys: [ResourceKey]) throws(StoreError) -> [LiveResource] {
    asked.keys += keys.count
    return try base.resources(named: keys)
  }
  func allResources() throws(StoreError) -> [LiveResource] { throw unexpected() }
  func contents(of keys: [ResourceKey]) throws(StoreError) -> [ResourceKey: [UInt8]] {
    asked.keys += keys.count
    return try base.contents(of: keys)
  }
  func referrers(to keys: [ResourceKey]) throws(StoreError) -> [Referrer] {
    asked.keys += keys.count
    return try base.referrers(to: keys)
  }
  func claimHolders(of claims: [String]) throws(StoreError) -> [ClaimHolder] {
    throw unexpected()
  }
  func names(ofKind kind: String) throws(StoreError) -> [String] { throw unexpected() }
  func drifts() throws(StoreError) -> [Drift] { throw unexpected() }
  func tree(around keys: [ResourceKey]) throws(StoreError) -> StateTree { throw unexpected() }
}
