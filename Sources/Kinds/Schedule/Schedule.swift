internal import Cron
package import Resources

extension Kind {
  /// When a job runs.
  package static let schedule = Kind(
    name: "Schedule",
    summary: "When a job runs: a cron expression, an interval or one time, and what holds it back.",
    spec: Schedule.spec,
    sensitive: ["job", "targets", "suspend"].map { JSONPointer(["spec", $0]) },
    example: Schedule.example,
    check: Schedule.check)
}

private enum Schedule {
  static let spec = ObjectShape(
    [
      .optional("description", .text(TextRule(length: 1...4096)), "What it is for."),
      .required("job", .name(ofKind: "Job"), "The job that runs."),
      .required("when", .object(when), "The times at which it runs."),
      .defaulted(
        "mode", .choice(["everyTick", "oncePerProbe", "oncePerTarget"]), to: "everyTick",
        "Whether it runs at every time, or until each probe or any one of the targets succeeded."),
      .optional(
        "cooldown", .format(.positiveDuration),
        "How long after a success it runs again; without it, never."),
      .optional(
        "startingDeadline", .format(.positiveDuration),
        "How late a run may still start; later ones are skipped."),
      .defaulted("catchUp", catchUp, "What happens to times that were missed."),
      .defaulted(
        "overlap",
        .choice(["skip", "bufferOne", "bufferAll", "cancelOther", "killOther", "allowAll"]),
        to: "skip", "What happens when it is time and the last execution still runs."),
      .defaulted(
        "jitter", .format(.duration(in: .zero...(.days(1)))), to: "0s",
        "Up to how much later it runs, the same for each schedule and time."),
      .optional("active", .object(Period.open), "When the schedule counts at all."),
      .optional(
        "windows", .list(of: TimeWindow.shape, TimeWindow.rule),
        "When it may start, in the schedule's time zone; times outside are excluded."),
      .defaulted(
        "skipDates", .list(of: .format(.date), ListRule(count: 0...1000, order: .set)), to: [],
        "Days on which it does not run, in the schedule's time zone."),
      .defaulted(
        "suspend", .boolean, to: false, "Whether it is held; what it misses is not caught up."),
      .optional("targets", Targets.shape, "A narrower choice among the job's targets."),
    ],
    conditions: [.when("mode", in: ["everyTick"], forbids: ["cooldown"])])

  private static let when = ObjectShape(
    [
      .optional(
        "cron", .text(TextRule(length: 1...256, format: .cron)),
        "A cron expression of five fields, or of six with seconds first."),
      .optional(
        "every", .format(.duration(in: .seconds(1)...(.days(366)))),
        "The time from one run to the next."),
      .optional("at", .format(.timestamp), "The one time at which it runs."),
      .defaulted("timeZone", .format(.timeZone), to: "UTC", "The time zone of cron."),
      .defaulted(
        "dst", .choice(["vixie", "cronos", "go", "ocps"]), to: "vixie",
        "Whose rules hold around a clock change."),
      .defaulted(
        "days", .choice(["or", "and"]), to: "or",
        "Whether day-of-month or day-of-week must fit, or both, where cron restricts both."),
    ],
    exactlyOne: [["cron", "every", "at"]],
    requires: ["dst": ["cron"], "days": ["cron"]],
    conditions: [])

  private static let catchUp = ObjectShape([
    .defaulted(
      "window", .format(.duration(in: .zero...(.days(366)))), to: "1d",
      "How far back missed times count."),
    .defaulted(
      "max", .integer(0...1000), to: 1, "How many missed times still run, the latest ones."),
  ])

  @Sendable static func check(_ input: SpecCheck) -> SpecFindings {
    var findings = SpecFindings()
    let spec = input.spec
    Period.check(spec["active"], at: ["active"], &findings)
    TimeWindow.check(
      spec["windows"], at: ["windows"], as: TimeWindow.shape, in: input, &findings)
    Targets.check(spec["targets"] ?? .null, at: ["targets"], &findings)
    if let text = spec["when"]?["cron"]?.string, let cron = try? CronExpression(parsing: text),
      cron.hashed(by: input.name).neverFires(days: spec["when"]?["days"] == "and" ? .and : .or)
    {
      findings.report(
        code: "never-fires", "\"\(text)\" never fires: no day of any year fits",
        at: ["when", "cron"], hint: "check the day of the month against the month and the weekday")
    }
    if let at = Timestamp(in: spec["when"]?["at"]), let active = spec["active"],
      Timestamp(in: active["from"]).map({ at < $0 }) ?? false
        || Timestamp(in: active["until"]).map({ at >= $0 }) ?? false
    {
      findings.report(
        code: "never-fires", "it never fires: \(at) lies outside of active",
        at: ["when", "at"], related: ["active"])
    }
    return findings
  }

  static let example = """
    apiVersion: writ/v1
    kind: Schedule
    metadata:
      name: db-backup-nightly
      labels: {team: storage}
    spec:
      job: db-backup
      when: {cron: "30 2 * * *", timeZone: Europe/Berlin, dst: vixie}
      mode: everyTick
      startingDeadline: 10m
      catchUp: {window: 1d, max: 1}
      overlap: skip
      jitter: 2m
      active: {from: 2026-01-01T00:00:00Z, until: 2028-01-01T00:00:00Z}
      windows: [{days: mon-fri, from: "22:00", to: "04:00"}]
      skipDates: [2026-12-25]
      suspend: false
      targets: {selector: {matchLabels: {site: berlin}}}

    """
}
