import Resources
import Testing

struct ScheduleMistakesTests {
  @Test(arguments: [
    Mistake(
      "no time", "Schedule", "{job: a, when: {}}",
      ("5:18", "missing-field", "exactly one of cron, every, at")),
    Mistake(
      "two times", "Schedule", "{job: a, when: {cron: \"@daily\", every: 6h}}",
      ("5:35", "exclusive-fields", "has cron and every")),
    Mistake(
      "a cron expression that is none", "Schedule", "{job: a, when: {cron: \"0 24 * * *\"}}",
      ("5:25", "bad-format", "hour: 24 is not in 0-23 (at character 3)")),
    Mistake(
      "a day that no month has", "Schedule", "{job: a, when: {cron: \"0 0 30 2 *\"}}",
      ("5:25", "never-fires", "no day of any year fits")),
    Mistake(
      "days that never meet", "Schedule", "{job: a, when: {cron: \"0 0 1 * MON#2\", days: and}}",
      ("5:25", "never-fires", "never fires")),
    Mistake(
      "clock changes for an interval", "Schedule", "{job: a, when: {every: 6h, dst: go}}",
      ("5:30", "missing-field", "when.dst needs spec.when.cron")),
    Mistake(
      "a zone that is none", "Schedule",
      "{job: a, when: {cron: \"@daily\", timeZone: Europe/Berln}}",
      ("5:45", "bad-format", "did you mean \"Europe/Berlin\"?")),
    Mistake(
      "a time without an offset", "Schedule", "{job: a, when: {at: \"2026-12-24T18:00:00\"}}",
      ("5:23", "bad-format", "write 2026-12-24T18:00:00Z")),
    Mistake(
      "a cooldown that means nothing", "Schedule", "{job: a, when: {every: 6h}, cooldown: 1d}",
      ("5:31", "exclusive-fields", "mode everyTick does not go with")),
    Mistake(
      "an active time that ends first", "Schedule",
      """
      job: a
      when: {every: 6h}
      active: {from: 2027-01-01T00:00:00Z, until: 2026-12-31T23:30:00-00:30}
      """, ("7:47", "contradiction", "is not after")),
    Mistake(
      "one time outside of the active time", "Schedule",
      """
      job: a
      when: {at: 2026-01-01T00:00:00Z}
      active: {from: 2026-06-01T00:00:00Z}
      """, ("6:14", "never-fires", "outside of active")),
    Mistake(
      "a window of no length", "Schedule",
      """
      job: a
      when: {every: 6h}
      windows:
        - {from: "22:00", to: "04:00"}
        - {from: "09:00", to: "09:00"}
      """, ("9:7", "contradiction", "ends at 09:00 when it begins")),
    Mistake(
      "a day of the week that is none", "Schedule",
      "{job: a, when: {every: 6h}, windows: [{days: mon-fry}]}",
      ("5:48", "bad-format", "there is no \"fry\"")),
    Mistake(
      "a date twice and one that is none", "Schedule",
      "{job: a, when: {every: 6h}, skipDates: [2026-12-25, 2026-12-25, 2026-02-30]}",
      ("5:55", "duplicate-item", "twice"), ("5:67", "bad-format", "no such day")),
    Mistake(
      "an interval of less than a second", "Schedule", "{job: a, when: {every: 10ms}}",
      ("5:26", "bad-format", "between 1s and 366d")),
    Mistake(
      "a name that no job can have", "Schedule", "{job: DB_Backup, when: {every: 6h}}",
      ("5:9", "bad-format", "only a-z, 0-9")),
  ])
  func areFound(_ mistake: Mistake) { mistake.run() }

  @Test func aHashedDayIsCheckedForTheScheduleItself() throws {
    let spec = "{job: a, when: {cron: \"0 0 30 H(2-2) *\"}}"
    let found = Decoding.decode(Mistake("", "Schedule", spec).manifest).diagnostics
    #expect(found.map(\.code) == ["never-fires"])
  }
}
