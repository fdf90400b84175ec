import Foundation
import Testing

/// When schedules fire, as people and scripts see it.
@Suite(.bounded) struct ScheduleTests {
  private static let schedule = """
    apiVersion: writ/v1
    kind: Job
    metadata: {name: db-backup}
    spec:
      targets: {all: true}
      action: {shell: {script: "true"}}
    ---
    apiVersion: writ/v1
    kind: Schedule
    metadata: {name: nightly}
    spec:
      job: db-backup
      when: {cron: "0 */3 * * *", timeZone: Europe/Berlin}
      windows: [{days: mon-fri, from: "22:00", to: "04:00"}]
      skipDates: [2026-12-25]

    """

  @Test func saysWhyAClockChangeTouchedATime() async throws {
    try await Sandbox.with { box in
      let next = [
        "schedule", "next", "--cron", "30 2 * * *", "--zone", "America/New_York", "--from",
        "2026-03-06T12:00:00Z", "--count", "2",
      ]
      let text = try await box.writ(next)
      #expect(text.code == 0, "\(text)")
      #expect(text.output.contains("clocks skip 02:30; it runs right after the gap"), "\(text)")
      let json = try await box.writ(next + ["-o", "json"]).json()
      #expect(
        json["fires"].items.map { $0["utc"].string }
          == ["2026-03-07T07:30:00Z", "2026-03-08T07:00:00Z"])
      let moved = json["fires"].items.last
      #expect(moved?["local"].string == "2026-03-08T03:00:00")
      #expect(moved?["offset"].string == "-04:00")
      #expect(moved?["reason"].string == "gapShifted")
      #expect(json["fires"].items.first?["reason"].string == nil)
      let go = try await box.writ(next + ["--dst", "go", "-o", "json"]).json()
      #expect(go["skipped"].items.map { $0["reason"].string } == ["skippedGap"])
    }
  }

  @Test func saysWhatHoldsALiveScheduleBack() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: ["manifests/nightly.yaml": Self.schedule])
      #expect(try await box.writ("apply", "--repo", upstream.bare).code == 0)
      let json = try await box.writ(
        "schedule", "next", "nightly", "--from", "2026-12-24T20:00:00Z", "--until",
        "2026-12-26T03:00:00Z", "-o", "json"
      ).json()
      #expect(
        json["fires"].items.map { $0["local"].string } == [
          "2026-12-26T00:00:00", "2026-12-26T03:00:00",
        ])
      let reasons = Set(json["skipped"].items.compactMap { $0["reason"].string })
      #expect(reasons == ["skipDate"])
      let wrong = try await box.writ("schedule", "next", "nightli")
      #expect(wrong.code == 1)
      #expect(wrong.error.contains("did you mean \"nightly\"?"), "\(wrong)")
    }
  }

  @Test(
    arguments: [
      (["--cron", "61 * * * *"], "61 is not in 0-59"),
      (["--cron", "0 0 30 2 *"], "never fires"),
      (["--cron", "@daily", "--zone", "Europe/Berln"], "did you mean \"Europe/Berlin\"?"),
      (["--cron", "@daily", "--zone", "../../etc/passwd"], "does not name a time zone"),
      (["--cron", "H H * * *"], "depends on the schedule's name"),
      (["--cron", "@daily", "--dst", "vixi"], "did you mean \"vixie\"?"),
      (["--cron", "@daily", "--count", "0"], "--count 0 is not in 1-100000"),
      (["--cron", "@daily", "--from", "tomorrow"], "--from \"tomorrow\""),
      (
        ["--cron", "@daily", "--from", "2026-01-02T00:00:00Z", "--until", "2026-01-01T00:00:00Z"],
        "--until 2026-01-01T00:00:00Z is before"
      ),
      ([], "which schedule?"), (["nightly", "--zone", "UTC"], "are for --cron"),
    ] as [([String], String)])
  func refusesWhatItCannotAnswer(_ arguments: [String], _ words: String) async throws {
    try await Sandbox.with { box in
      let found = try await box.writ(["schedule", "next"] + arguments)
      #expect(found.code == 64, "\(found)")
      #expect(found.error.contains(words), "\(found)")
    }
  }
}
