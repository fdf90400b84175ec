import Planning
import Rendering
import Resources
import Testing

/// `writ blame` and `writ explain` as a person reads them.
struct ProvenanceGoldenTests {
  private static let old = BlameScreen.Commit(
    id: "4ac91f07b1d2e3f405162738495a6b7c8d9e0f1a", author: "alice",
    committedAt: Timestamp(seconds: 1_790_000_000), subject: "Add the backup")
  private static let new = BlameScreen.Commit(
    id: "9f3c2b7e6d5c4b3a29180706f5e4d3c2b1a09f8e", author: "Bob, who has a very long name",
    committedAt: Timestamp(seconds: 1_790_086_400), subject: "Give it more time")

  private static func entry(
    _ pointer: String, _ value: Value, _ source: BlameScreen.Source, after: Int64?, line: Int?,
    previous: BlameScreen.Previous? = nil,
  ) -> BlameScreen.Entry {
    BlameScreen.Entry(
      pointer: JSONPointer(parsing: pointer), value: value, source: source,
      liveAt: after.map { Timestamp(seconds: 1_790_000_000 + $0) }, line: line, previous: previous)
  }

  private static func screen(isVerbose: Bool) -> BlameScreen {
    BlameScreen(
      key: ResourceKey(kind: "Job", name: "db-backup"), file: "manifests/teams/db/backup.yaml",
      revision: new.id,
      entries: [
        entry("/kind", "Job", .commit(old), after: 12, line: 2),
        entry(
          "/spec/action/shell/script", "pg_dump app\n\u{1B}[31mred", .commit(old), after: 12,
          line: 11),
        entry(
          "/spec/timeout", "45m", .commit(new), after: 86_400 + 7200, line: 14,
          previous: .init(value: "30m", commit: old.id)),
        entry("/spec/jitter", "5s", .edit(actor: "cli:ana"), after: 90_000, line: 15),
        entry("/spec/retry/attempts", 1, .byDefault(old), after: 12, line: nil),
      ], notes: ["a note for the reader"], isVerbose: isVerbose)
  }

  @Test(arguments: [80, 200]) func blame(_ width: Int) throws {
    let screen = Self.screen(isVerbose: true)
    let lines = screen.lines(width: width, style: .plain)
    #expect(lines.allSatisfy { TextLayout.width(of: $0) <= width })
    try Golden.check(lines, "blame.\(width).txt")
    try Golden.check(screen.lines(width: width, style: .colour), "blame.\(width).ansi")
  }

  @Test(arguments: [80, 200]) func explanation(_ width: Int) throws {
    let answer = Explanation(
      "Job/db-backup is live, as manifests/teams/db/backup.yaml:2 says in revision 9f3c2b7e6d5c",
      links: [
        .init(
          "because",
          "spec.timeout changed from 30m to 45m in commit 9f3c2b7e6d5c \"Give it more \u{1B}[31mtime\" by Bob <bob@example.com> on 2026-09-22T13:33:20Z"
        ), .init("signed", "by bob@example.com with key SHA256:abc (ssh)"),
        .init("allowed by", "mass-delete, acknowledged by cli:ana: cleaning up"),
        .init("applied", "2026-09-22T13:33:32Z by loop, 12 s after it was committed (event 7)"),
      ], command: "writ history Job/db-backup")
    let lines = answer.lines(width: width, style: .plain)
    #expect(lines.allSatisfy { TextLayout.width(of: $0) <= width })
    try Golden.check(lines, "explain.\(width).txt")
  }

  @Test(
    arguments: [
      (0, "at once"), (12, "12 s later"), (59, "59 s later"), (120, "2 min later"),
      (7200, "2 h later"), (200_000, "2 d later"), (-50, "at once"),
    ] as [(Int64, String)])
  func aDelayIsInTheLargestUnit(_ seconds: Int64, _ text: String) {
    let start = Timestamp(seconds: 1_790_000_000)
    #expect(
      Delay.text(from: start, to: Timestamp(seconds: 1_790_000_000 + seconds)) == text)
  }
}
