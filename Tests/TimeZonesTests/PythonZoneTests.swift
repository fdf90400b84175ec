import Testing
import TimeZones
import ZoneSupport

/// Python's zoneinfo as the oracle, where there is a Python.
struct PythonZoneTests {
  /// For `Z path` opens a zone; for `U instant` prints offset, DST and abbreviation; for
  /// `L seconds` the offsets of both folds of that local time.
  private static let script = """
    import sys, datetime, zoneinfo
    utc = datetime.timezone.utc
    epoch = datetime.datetime(1970, 1, 1)
    second = datetime.timedelta(seconds=1)
    out = []
    for line in sys.stdin:
        kind, value = line.rstrip("\\n").split(" ", 1)
        if kind == "Z":
            with open(value, "rb") as file:
                zone = zoneinfo.ZoneInfo.from_file(file)
            continue
        local = epoch + int(value) * second
        if kind == "U":
            time = local.replace(tzinfo=utc).astimezone(zone)
            out.append(f"{time.utcoffset() // second} {int(bool(time.dst()))} {time.tzname()}")
        else:
            folds = [local.replace(tzinfo=zone, fold=fold).utcoffset() // second for fold in (0, 1)]
            out.append(f"{folds[0]} {folds[1]}")
    sys.stdout.write("\\n".join(out) + "\\n")
    """

  private struct Question {
    var zone: Zone
    var isLocal: Bool
    var seconds: Int64
  }

  @Test func agreesOnOffsetsAndLocalTimes() throws {
    let seed: UInt64 = 0x5EED
    var generator = SeededGenerator(seed: seed)
    var questions: [Question] = []
    var lines: [String] = []
    for zone in SystemZones.distinct {
      lines.append("Z \(SystemZones.folder)/\(zone.name)")
      for instant in Self.instants(zone, &generator) {
        questions.append(Question(zone: zone, isLocal: false, seconds: instant))
        lines.append("U \(instant)")
        let offset = Int64(zone.offset(at: instant).seconds)
        let shift = Int64.random(in: -7200...7200, using: &generator)
        questions.append(Question(zone: zone, isLocal: true, seconds: instant + offset + shift))
        lines.append("L \(instant + offset + shift)")
      }
    }
    guard let answers = try Python.run(Self.script, lines: lines) else {
      print("no python3 with zoneinfo: no zone was compared with it")
      return
    }
    try #require(answers.count == questions.count)
    var differences: [String] = []
    for (question, answer) in zip(questions, answers) where Self.answer(question) != answer {
      differences.append(
        "\(question.zone.name) \(question.isLocal ? "local" : "utc") \(question.seconds): "
          + "\(Self.answer(question)), Python says \(answer)")
    }
    #expect(
      differences.isEmpty,
      "seed \(seed): \(differences.count) of \(answers.count): \(differences.prefix(20))")
    print("compared \(answers.count) answers with Python's zoneinfo")
  }

  private static func answer(_ question: Question) -> String {
    guard question.isLocal else {
      let offset = question.zone.offset(at: question.seconds)
      return "\(offset.seconds) \(offset.isDST ? 1 : 0) \(offset.abbreviation)"
    }
    switch question.zone.instants(ofLocal: question.seconds) {
    case .unique(let instant): return "\(question.seconds - instant) \(question.seconds - instant)"
    case .gap(let before, let after, _): return "\(before) \(after)"
    case .fold(let earlier, let later):
      return "\(question.seconds - earlier) \(question.seconds - later)"
    }
  }

  /// Around every change up to 2060, at changes far ahead, and anywhere.
  private static func instants(_ zone: Zone, _ generator: inout SeededGenerator) -> [Int64] {
    var result: [Int64] = []
    var cursor = ZoneCursor()
    var change = zone.nextTransition(after: -1 << 40, &cursor)
    while let found = change, found.instant < 2_840_140_800 {
      result += [found.instant - 1, found.instant]
      change = zone.nextTransition(after: found.instant, &cursor)
    }
    for _ in 0..<40 {
      let far = Int64.random(in: 2_840_140_800...200_000_000_000, using: &generator)
      result.append(far)
      if let change = zone.nextTransition(after: far, &cursor) {
        result += [change.instant - 1, change.instant]
      }
      result.append(Int64.random(in: -5_000_000_000...2_840_140_800, using: &generator))
    }
    return result.filter { $0 > -50_000_000_000 }
  }
}
