import Cron
import Resources
import Testing
import TimeZones
import Workflows
import ZoneSupport

/// Kubernetes' decision table, `TestControllerV2SyncCronJob`, in our terms.
///
/// Allow is `allowAll`, Forbid is `skip`, Replace is `killOther`. A cron job that never ran begins
/// at 09:59; one that ran has its time of 09:00 behind it. Where we differ on purpose:
///
/// - A suspended one has a row for each time, and so it is looked at again the next hour; there
///   the controller forgets it until it changes.
/// - Replace: the new execution starts when the old one has ended, not beside it. So nothing is
///   created at once.
/// - After the clock was set back, nothing is looked at before the time that is decided already;
///   there the job is created again, and its name refuses it.
///
/// Not here: invalid schedules and zones (refused in a plan), `TZ=` in a schedule (no grammar), and
/// failures of its API: a decision is written with what it starts or not at all.
struct KubernetesCronJobTests {
  enum When: String, Sendable {
    case beforeTheHour = "2016-05-19T09:59:00Z"
    case topOfTheHour = "2016-05-19T10:00:00Z"
    case afterTheHour = "2016-05-19T10:01:00Z"
    case weekAfter = "2016-05-26T10:00:00Z"
  }

  enum State: Sendable {
    case never, done, active
    /// It runs for this hour already.
    case started
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var policy: ScheduleDefinition.Overlap
    var deadline: Int64?
    var state: State
    var now: When
    /// Seconds after `now`.
    var later: Int64 = 0
    var suspended = false
    var zone = "UTC"
    /// For `@every 1h`: when it was made, and when it last ran.
    var every: (made: String, ran: String?)?
    /// Expectations: what is created, ended, active then, and lost, and when it is looked at again.
    var creates = false
    var ends = false
    var active = 0
    var lost = 0
    var next: String

    var testDescription: String { name }
  }

  private static let (short, medium, long): (Int64, Int64, Int64) = (10, 7200, 1_000_000)
  private static let (ten, eleven) = ("2016-05-19T10:00:00Z", "2016-05-19T11:00:00Z")
  private static let weekEleven = "2016-05-26T11:00:00Z"

  static let cases: [Case] = {
    let policies: [(String, ScheduleDefinition.Overlap)] = [
      ("A", .allowAll), ("F", .skip), ("R", .killOther),
    ]
    var cases: [Case] = []
    for (letter, policy) in policies {
      cases += [
        Case(
          name: "never ran, not time, \(letter)", policy: policy, state: .never,
          now: .beforeTheHour, next: ten),
        Case(
          name: "never ran, is time, \(letter)", policy: policy, state: .never,
          now: .afterTheHour, creates: true, active: 1, next: eleven),
        Case(
          name: "prev ran but done, not time, \(letter)", policy: policy, state: .done,
          now: .beforeTheHour, next: ten),
        Case(
          name: "prev ran but done, is time, \(letter)", policy: policy, state: .done,
          now: .afterTheHour, creates: true, active: 1, next: eleven),
        Case(
          name: "still active, not time, \(letter)", policy: policy, state: .active,
          now: .beforeTheHour, active: 1, next: ten),
        Case(
          name: "still active, is time, \(letter)", policy: policy, state: .active,
          now: .afterTheHour, creates: policy == .allowAll, ends: policy == .killOther,
          active: policy == .allowAll ? 2 : 1, next: eleven),
      ]
      // A week without a controller: the latest runs. All others are lost; where there is a short
      // deadline they missed that.
      for (name, deadline) in [("no", nil), ("long", long), ("medium", medium), ("short", short)] {
        let isMissed = deadline == medium || deadline == short
        cases.append(
          Case(
            name: "prev ran but done, long overdue, \(name) deadline, \(letter)",
            policy: policy, deadline: deadline, state: .done, now: .weekAfter, creates: true,
            active: 1, lost: isMissed ? (deadline == medium ? 2 : 0) : 168, next: weekEleven))
      }
      // Slow listers: what was started for this hour is known from the transaction that did it.
      for name in ["went missing", "is not present in the active list"] {
        cases.append(
          Case(
            name: "this started but \(name), not past deadline, \(letter)", policy: policy,
            deadline: long, state: .started, now: .afterTheHour, active: 1, next: eleven))
      }
    }
    cases += [
      Case(
        name: "never ran, not time in zone", policy: .allowAll, state: .never,
        now: .beforeTheHour, zone: "America/New_York", next: ten),
      Case(
        name: "never ran, is time in zone", policy: .allowAll, state: .never,
        now: .afterTheHour, zone: "America/New_York", creates: true, active: 1, next: eleven),
      Case(
        name: "never ran, is time, suspended", policy: .allowAll, state: .never,
        now: .afterTheHour, suspended: true, next: eleven),
      Case(
        name: "never ran, is time, past deadline", policy: .allowAll, deadline: short,
        state: .never, now: .afterTheHour, later: 660, next: eleven),
      Case(
        name: "never ran, is time, not past deadline", policy: .allowAll, deadline: long,
        state: .never, now: .afterTheHour, creates: true, active: 1, next: eleven),
      Case(
        name: "prev ran but done, is time, suspended", policy: .allowAll, state: .done,
        now: .afterTheHour, suspended: true, next: eleven),
      Case(
        name: "prev ran but done, is time, past deadline", policy: .allowAll, deadline: short,
        state: .done, now: .afterTheHour, next: eleven),
      Case(
        name: "prev ran but done, is time, not past deadline", policy: .allowAll,
        deadline: long, state: .done, now: .afterTheHour, creates: true, active: 1, next: eleven),
      Case(
        name: "still active, is time, suspended", policy: .allowAll, state: .active,
        now: .afterTheHour, suspended: true, active: 1, next: eleven),
      Case(
        name: "still active, is time, past deadline", policy: .allowAll, deadline: short,
        state: .active, now: .afterTheHour, active: 1, next: eleven),
      Case(
        name: "still active, is time, not past deadline", policy: .allowAll, deadline: long,
        state: .active, now: .afterTheHour, creates: true, active: 2, next: eleven),
    ]
    return cases + every
  }()

  private static let (eight59, nine59, ten59) = (
    "2016-05-19T08:59:00Z", "2016-05-19T09:59:00Z", "2016-05-19T10:59:00Z"
  )

  /// `@every 1h`, counted from when it was made.
  private static let every: [Case] = [
    Case(
      name: "every: never ran, not time", policy: .allowAll, state: .never,
      now: .topOfTheHour, every: (nine59, nil), next: ten59),
    Case(
      name: "every: never ran, is time", policy: .allowAll, state: .never,
      now: .beforeTheHour, every: (eight59, nil), creates: true, active: 1, next: ten59),
    Case(
      name: "every: never ran, is time, past deadline", policy: .allowAll, deadline: short,
      state: .never, now: .beforeTheHour, later: short + 1, every: (eight59, nil), next: ten59),
    Case(
      name: "every: never ran, is time, not past deadline", policy: .allowAll, deadline: long,
      state: .never, now: .beforeTheHour, later: short - 1, every: (eight59, nil), creates: true,
      active: 1, next: ten59),
    Case(
      name: "every: prev ran but done, not time", policy: .allowAll, state: .done,
      now: .topOfTheHour, every: (eight59, nine59), next: ten59),
    Case(
      name: "every: prev ran but done, is time", policy: .allowAll, state: .done,
      now: .topOfTheHour, later: 3600, every: (eight59, nine59), creates: true, active: 1,
      next: "2016-05-19T11:59:00Z"),
    Case(
      name: "every: prev ran but done, is time, past deadline", policy: .allowAll,
      deadline: short, state: .done, now: .beforeTheHour, later: 3600 + short + 1,
      every: (eight59, nine59), next: "2016-05-19T11:59:00Z"),
    // The row that the controller leaves out, because it gets it wrong.
    Case(
      name: "every: prev ran but done, is time, not past deadline", policy: .allowAll,
      deadline: short, state: .done, now: .beforeTheHour, later: 3600 + short - 1,
      every: (eight59, nine59), creates: true, active: 1, next: "2016-05-19T11:59:00Z"),
    Case(
      name: "every: still active, not time", policy: .allowAll, state: .active,
      now: .topOfTheHour, every: (eight59, nine59), active: 1, next: ten59),
    Case(
      name: "every: still active, is time", policy: .allowAll, state: .active,
      now: .afterTheHour, every: (eight59, eight59), creates: true, active: 2, next: ten59),
    Case(
      name: "every: still active, is time, past deadline", policy: .allowAll, deadline: short,
      state: .active, now: .beforeTheHour, later: 3600 + short + 1, every: (eight59, nine59),
      active: 1, next: "2016-05-19T11:59:00Z"),
    Case(
      name: "every: still active, is time, not past deadline", policy: .allowAll,
      deadline: long, state: .active, now: .beforeTheHour, later: 3600 + short - 1,
      every: (eight59, nine59), creates: true, active: 2, next: "2016-05-19T11:59:00Z"),
    Case(
      name: "every: prev ran but done, long overdue, no deadline", policy: .allowAll,
      state: .done, now: .weekAfter, every: ("2016-05-19T09:01:00Z", "2016-05-19T10:01:00Z"),
      creates: true, active: 1, lost: 166, next: "2016-05-26T10:01:00Z"),
    // There it says one is active, but none is created.
    Case(
      name: "every: prev ran but done, long overdue, past deadline", policy: .allowAll,
      deadline: short, state: .done, now: .weekAfter, later: 60 + short + 1,
      every: ("2016-05-19T09:01:00Z", "2016-05-19T10:01:00Z"), next: "2016-05-26T11:01:00Z"),
  ]

  @Test(arguments: cases) func decidesAsTheControllerOfCronJobs(_ item: Case) throws {
    func seconds(_ text: String) throws -> Int64 {
      try Timestamp(parsing: text).nanoseconds / 1_000_000_000
    }
    var start =
      switch item.state {
      case .never: When.beforeTheHour.rawValue
      case .done, .active: "2016-05-19T09:01:00Z"
      case .started: "2016-05-19T10:00:00.1Z"
      }
    var definition: ScheduleDefinition
    if let every = item.every {
      start = every.ran ?? every.made
      definition = ScheduleLab.definition(every: .hours(1), anchor: try seconds(every.made))
    } else {
      definition = try ScheduleLab.definition(
        cron: "0 * * * ?", in: SystemZones.zone(item.zone), rule: .go)
    }
    definition.overlap = item.policy
    definition.startingDeadline = item.deadline.map { .seconds($0) }
    definition.times.isSuspended = item.suspended
    // A controller that was down for a week still starts the latest.
    definition.catchUpWindow = .days(30)
    var lab = try ScheduleLab(definition, from: start)
    if item.state == .active || item.state == .started {
      lab.activity.active = [ExecutionID(ofSchedule: "nightly", nominal: 0, fold: 0)]
    }
    try lab.decide(at: .second(try seconds(item.now.rawValue) + item.later))
    #expect(lab.starts.count == (item.creates ? 1 : 0))
    #expect((lab.last.stop?.mode == .kill) == item.ends)
    #expect(lab.activity.active.count == item.active)
    #expect(lab.records.filter { $0.verdict == .lostOutage }.count == item.lost)
    #expect(lab.nextDue == item.next)
    if item.suspended { #expect(lab.records.map(\.verdict) == [.skippedSuspended]) }
    guard item.ends else { return }
    lab.end()
    try lab.decide(at: .second(try seconds(item.now.rawValue) + item.later + 1))
    #expect(lab.starts.count == 1)
  }

  @Test func afterTheClockDriftedBackTheNextHourIsNext() throws {
    var lab = try ScheduleLab(cron: "0 * * * ?", from: "2016-05-19T09:01:00Z")
    try lab.decide("2016-05-19T10:00:01Z")
    lab.end()
    #expect(try lab.decide("2016-05-19T09:59:00Z") == [])
    #expect(lab.nextDue == "2016-05-19T11:00:00Z")
  }
}
