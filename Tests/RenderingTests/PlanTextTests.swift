import Planning
import Rendering
import Resources
import Testing

struct PlanTextTests {
  private static let widths = [40, 60, 80, 100, 120, 160, 200]

  private static func lines(
    _ width: Int,
    isVerbose: Bool = false,
    _ style: Style = .plain,
  ) -> [[String]] {
    Scenes.all.map { PlanText($0.screen, width: width, isVerbose: isVerbose).lines(style) }
      + [DiagnosticsText(Scenes.invalid, width: width).lines(style)]
  }

  /// A key, a place or a command that stands alone, perhaps behind its symbol.
  private static func cannotBeShorter(_ line: String) -> Bool {
    let words = line.split(separator: " ")
    if words[0] == "writ" || words[0] == "(writ" { return true }
    if words.count == 1 { return line.contains("/") && line.last != "…" }
    return words.count == 2 && words[0].count == 1 && words[1].contains("/")
  }

  @Test(arguments: widths, [false, true])
  func keepsWithinTheWidth(_ width: Int, _ isVerbose: Bool) {
    for line in Self.lines(width, isVerbose: isVerbose).joined()
    where TextLayout.width(of: line) > width {
      #expect(Self.cannotBeShorter(line), "\(width): \(line)")
    }
  }

  @Test(arguments: widths, [false, true])
  func hasNoEscapeByteWithoutColour(_ width: Int, _ isVerbose: Bool) {
    for line in Self.lines(width, isVerbose: isVerbose).joined() {
      #expect(!line.unicodeScalars.contains { $0.properties.generalCategory == .control })
    }
  }

  @Test(arguments: widths) func showsTheSameTextInColour(_ width: Int) {
    for (plain, coloured) in zip(Self.lines(width), Self.lines(width, .colour)) {
      #expect(plain == coloured.map(Self.withoutColour))
    }
  }

  /// Takes out exactly what `Style` puts in, so that any other escape would remain.
  private static func withoutColour(_ text: String) -> String {
    var text = text
    for code in ["0", "1", "2", "31", "32", "33", "36", "1;31"] {
      text = text.split(separator: "\u{1B}[\(code)m", omittingEmptySubsequences: false).joined()
    }
    return text
  }

  @Test(arguments: widths, [false, true])
  func putsDeletionsFirst(_ width: Int, _ isVerbose: Bool) {
    for lines in Self.lines(width, isVerbose: isVerbose) {
      let symbols = lines.filter { $0.hasPrefix("  ") }.compactMap { line -> Int? in
        guard line.dropFirst(3).first == " " else { return nil }
        return "-~>+".firstIndex(of: line.dropFirst(2).first ?? " ")?.utf16Offset(in: "-~>+")
      }
      #expect(symbols == symbols.sorted())
    }
  }

  @Test(arguments: widths) func showsEveryCommandWhole(_ width: Int) {
    for scene in Scenes.all {
      let lines = PlanText(scene.screen, width: width).lines(.plain)
      // A denial takes an edit, which is its line; of many approvals one command does for all.
      let blocks = scene.screen.blocks.filter { $0.name != Verdict.Block.policy }
      let isMany = blocks.count { $0.name == Verdict.Block.approval } > 6
      for command in blocks.prefix(isMany ? 6 : .max).map(\.command) {
        #expect(lines.contains { $0.hasSuffix(command) }, "\(command)")
      }
    }
  }

  @Test(arguments: widths) func showsEveryKeyAndPlaceWhenVerbose(_ width: Int) {
    for scene in Scenes.all {
      let text = PlanText(scene.screen, width: width, isVerbose: true).lines(.plain).joined(
        separator: "\n"
      )
      for change in scene.screen.plan.changes {
        #expect(text.contains(change.key.description))
        #expect(text.contains("\(change.location.file):\(change.location.range.start.line)"))
      }
    }
  }

  @Test(arguments: widths) func accountsForEveryChange(_ width: Int) {
    for scene in Scenes.all {
      let lines = PlanText(scene.screen, width: width).lines(.plain)
      var count = 0
      for line in lines {
        let words = line.split(separator: " ")
        if line.hasPrefix("  … and "), let more = words.dropFirst(2).first.flatMap({ Int($0) }) {
          count += more
        } else if words.count > 1, words[0].count == 1, "-~>+".contains(words[0]) {
          // A fold ends its label in a number: `Kind/name-* (14)`.
          let fold = words[1].hasSuffix("*") ? words.dropFirst(2).first : nil
          count += fold.flatMap { Int($0.dropFirst().dropLast()) } ?? 1
        }
      }
      #expect(count == scene.screen.plan.changes.count, "\(scene.name)")
    }
  }

  @Test func staysOnOneScreenUnlessVerbose() {
    for scene in Scenes.all {
      #expect(PlanText(scene.screen, width: 80).lines(.plain).count <= PlanText.lineLimit + 20)
    }
  }

  @Test func doesNotFoldUpToFiveAlike() {
    var scene = Scene()
    for index in 1...5 {
      scene.wanted(.init("Job/a-\(index)", at: "manifests/\(index).yaml:1", [:]))
    }
    let lines = PlanText(scene.screen(), width: 120).lines(.plain)
    #expect(lines.filter { $0.hasPrefix("  + ") }.count == 5)
  }

  @Test func doesNotFoldDifferentFields() {
    var scene = Scene()
    for index in 1...8 {
      let field = index.isMultiple(of: 2) ? "timeout" : "jitter"
      scene.changed(
        .init("Job/a-\(index)", at: "manifests/\(index).yaml:1", .sorted([.init(field, "1s")])),
        .init("Job/a-\(index)", at: "manifests/\(index).yaml:1", .sorted([.init(field, "2s")]))
      )
    }
    let lines = PlanText(scene.screen(), width: 120).lines(.plain)
    #expect(lines.filter { $0.hasPrefix("  ~ ") }.count == 8)
  }

  @Test func saysWhereFoldedUpdatesDiffer() {
    var scene = Scene()
    for index in 1...8 {
      scene.changed(
        .init("Job/a-\(index)", at: "manifests/\(index).yaml:1", ["timeout": "1s"]),
        .init("Job/a-\(index)", at: "manifests/\(index).yaml:1", ["timeout": .string("\(index)m")])
      )
    }
    let lines = PlanText(scene.screen(), width: 120).lines(.plain)
    #expect(lines.contains { $0.hasPrefix("  ~ Job/a-* (8)  timeout differ") })
  }

  @Test(.timeLimit(.minutes(5))) func showsWhereHugeTextsDiffer() {
    let head = String(repeating: "echo the same line again\n", count: 40_000)
    var scene = Scene()
    scene.changed(
      .init("Job/a", at: "a.yaml:1", ["script": .string(head + "pg_dump orders\n")]),
      .init("Job/a", at: "a.yaml:1", ["script": .string(head + "pg_dumpall\n")])
    )
    for isVerbose in [false, true] {
      let lines = PlanText(scene.screen(), width: 120, isVerbose: isVerbose).lines(.plain)
      #expect(lines.contains { $0.contains("…pg_dump orders") && $0.contains("…pg_dumpall") })
    }
  }

  @Test func foldsTenThousandChanges() {
    var scene = Scene()
    for index in 1...10_000 {
      scene.deleted(.init("Job/task-\(index)", at: "manifests/\(index % 7)/a.yaml:\(index)", [:]))
    }
    let lines = PlanText(scene.screen(), width: 120).lines(.plain)
    #expect(lines.filter { $0.hasPrefix("  - ") }.count == 7)
  }

  @Test func tellsWhatWasAcknowledged() {
    var screen = Scenes.massDelete
    screen.verdict = .of(
      screen.plan, .init(time: Timestamp(nanoseconds: 0), acknowledged: [.massDelete]))
    let lines = PlanText(screen, width: 160).lines(.plain)
    #expect(lines.contains { $0.hasPrefix("acknowledged  mass-delete: 14 of 20") })
    #expect(lines.last == "next: writ apply")
  }

  @Test func leavesTheExitCodeToOthers() {
    var screen = Scenes.mixed
    screen.showsExitCode = false
    #expect(!PlanText(screen, width: 80).lines(.plain).contains { $0.contains("exit") })
  }
}
