import Planning
import Resources
import TestSupport
import Testing

struct PlanOrderTests {
  private static let files = [
    "manifests/a.yaml": Manifest.file(
      Manifest.route("all", receivers: ["mail"], mute: ["weekend"]),
      Manifest.schedule("a-nightly", job: "z-dump"),
      Manifest.schedule("b-hourly", job: "a-probe"),
      Manifest.job("z-dump"), Manifest.job("a-probe"),
      Manifest.timeInterval("weekend"), Manifest.receiver("mail"))
  ]

  @Test func createsWhatIsNamedBeforeWhatNamesIt() throws {
    let plan = try Planned.plan(from: [:], to: Self.files)
    #expect(
      plan.lines == [
        "create Job/a-probe", "create Job/z-dump", "create Receiver/mail",
        "create TimeInterval/weekend", "create RoutingPolicy/all", "create Schedule/a-nightly",
        "create Schedule/b-hourly",
      ])
  }

  @Test func deletesWhatNamesBeforeWhatIsNamed() throws {
    let plan = try Planned.plan(from: Self.files, to: [:])
    let keys = plan.changes.map(\.key.description)
    func index(_ key: String) -> Int { keys.firstIndex(of: key) ?? -1 }
    #expect(keys.count == 7)
    #expect(index("Schedule/a-nightly") < index("Job/z-dump"))
    #expect(index("Schedule/b-hourly") < index("Job/a-probe"))
    #expect(index("RoutingPolicy/all") < index("Receiver/mail"))
    #expect(index("RoutingPolicy/all") < index("TimeInterval/weekend"))
  }

  @Test func deletesComeLast() throws {
    let plan = try Planned.plan(
      from: ["manifests/a.yaml": Manifest.job("a")],
      to: ["manifests/z.yaml": Manifest.job("z", timeout: "2h")])
    #expect(plan.lines == ["create Job/z", "delete Job/a"])
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func theOrderOfTheInputDoesNotMatter(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var input = try Planned.input(from: [:], to: Self.files)
    let expected = try Planned.plan(input).canonicalBytes
    input.desired.shuffle(using: &generator)
    #expect(try Planned.plan(input).canonicalBytes == expected, "seed \(seed)")
  }
}
