import Foundation
import Planning
import Rendering
import Resources
import Testing

struct ReviewFormatTests {
  @Test(arguments: ReviewFormat.allCases)
  func everyFormatTellsEverything(_ format: ReviewFormat) throws {
    try Golden.check(format.lines(ReviewScenes.everything), "review.\(format.rawValue)")
  }

  @Test(arguments: ReviewFormat.allCases)
  func everyFormatTellsWhyThereIsNoPlan(_ format: ReviewFormat) throws {
    try Golden.check(format.lines(ReviewScenes.invalid), "review-invalid.\(format.rawValue)")
  }

  @Test func theImpactIsShownOnAScreen() throws {
    let screen = ReviewScenes.screen()
    let lines = ImpactText.lines(screen.impact, width: 60, isVerbose: true)
    try Golden.check(lines.map { $0.text(.plain) }, "review-impact.60.txt")
  }

  @Test(arguments: ReviewFormat.allCases)
  func theSamePlanGivesTheSameLines(_ format: ReviewFormat) {
    #expect(format.lines(ReviewScenes.everything) == format.lines(ReviewScenes.everything))
  }

  @Test func aFindingKeepsItsFingerprintWhenLinesMove() {
    var screen = ReviewScenes.screen()
    let before = Review(screen, at: ReviewScenes.now).findings
    for index in screen.plan.policies.indices {
      guard var location = screen.plan.policies[index].location else { continue }
      location.range.start.line += 7
      location.range.end.line += 7
      screen.plan.policies[index].location = location
      screen.plan.policies[index].message += " (told otherwise)"
    }
    let after = Review(screen, at: ReviewScenes.now).findings
    let subjects = before.filter { $0.subject != nil }.map(\.fingerprint)
    #expect(after.filter { $0.subject != nil }.map(\.fingerprint) == subjects)
    #expect(Set(before.map(\.fingerprint)).count == before.count, "and each has its own")
  }

  @Test func equalFindingsHaveFingerprintsOfTheirOwn() {
    let twice = Array(repeating: Scenes.invalid[0], count: 2)
    let review = Review(
      invalid: twice, base: .empty, revision: Scene.head, reference: nil, roots: [],
      at: ReviewScenes.now)
    #expect(Set(review.findings.map(\.fingerprint)).count == 2)
  }

  @Test func aWaivedFindingIsSuppressedAndAnExpiredOneIsNot() throws {
    let results = ReviewSARIF.value(ReviewScenes.everything, version: "1")["runs"]?[0]?["results"]
    let owner = (results?.array ?? []).filter { $0["ruleId"] == "policy/owner/1" }
    #expect(owner.count == 2)
    #expect(owner.count { $0["suppressions"] != nil } == 1)
    #expect(owner.first { $0["suppressions"] == nil }?["level"] == "error")
  }

  @Test func annotationsLandOnTheFieldAndOnTheFirstLineOfAResource() {
    let lines = ReviewGitHub.lines(ReviewScenes.everything)
    let field = lines.first { $0.contains("critical jobs must finish") } ?? ""
    #expect(field.hasPrefix("::error file=manifests/teams/db/backup.yaml,line="))
    #expect(field.contains(",col=12,endColumn=15,"), "\(field)")
    let whole = lines.first { $0.contains("second look") } ?? ""
    #expect(
      whole.hasPrefix("::warning file=manifests/web.yaml,line=3,endLine=3,title="), "\(whole)")
    #expect(lines.allSatisfy { !$0.contains("\n") })
  }

  @Test func theLastEventIsTheVerdict() throws {
    let events = try ReviewLines.lines(ReviewScenes.everything).map {
      try JSONReader.read(Array($0.utf8))
    }
    #expect(events.first?["event"] == "plan")
    #expect(events.last?["event"] == "verdict")
    #expect(events.last?["verdict"] == "blocked")
    let names = Set(events.compactMap { $0["event"]?.string })
    #expect(
      names.isSuperset(of: [
        "change", "guard", "finding", "approval", "held", "orphan", "impact", "impact-item",
      ]))
    let changes = events.filter { $0["event"] == "change" }
    #expect(changes.count == ReviewScenes.screen().plan.changes.count)
  }

  @Test func everyKeyOfTheEventsIsDocumented() throws {
    let page = Golden.directory.appendingPathComponent("../../../docs/REVIEW.md").standardized
    let review = try String(decoding: Data(contentsOf: page), as: UTF8.self)
    let format = try String(decoding: Data(contentsOf: Golden.document), as: UTF8.self)
    for line in ReviewLines.lines(ReviewScenes.everything) {
      let event = try JSONReader.read(Array(line.utf8))
      let name = event["event"]?.string ?? ""
      #expect(review.contains("`\(name)`"), "\(name)")
      for member in event.members ?? [] {
        let isDocumented = (review + format).contains("`\(member.key)`")
        #expect(isDocumented, "\(member.key) of \(name)")
      }
    }
  }
}
