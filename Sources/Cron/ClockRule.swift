/// What happens to a cron expression's times around a change of the clocks.
package enum ClockRule: String, CaseIterable, Hashable, Sendable {
  /// As Debian's cron and cronie: nothing fixed is lost or doubled, intervals follow elapsed time.
  ///
  /// An expression whose minute or hour begins with `*` is an interval, and like ``go``. Of others
  /// the times that clocks skip become one, right after the gap, and of times that clocks show
  /// twice the first one counts.
  case vixie
  /// As Cronos: times that clocks skip become one, right after the gap, whatever the expression;
  /// of times that clocks show twice both count where seconds, minutes or hours have `*`, a range
  /// or a step, else the first.
  case cronos
  /// As Go's robfig/cron, Kubernetes and Nomad: whenever clocks show the time; never or twice too.
  case go
  /// As OCPS and croner: what clocks skip is skipped, of what they show twice the first counts.
  case ocps

  /// Whether times that clocks skip become one right after the gap.
  func shiftsGap(_ calendar: CronCalendar) -> Bool {
    switch self {
    case .vixie: !Self.isWildcard(calendar)
    case .cronos: true
    case .go, .ocps: false
    }
  }

  /// Whether times that clocks show twice count twice.
  func repeatsFold(_ calendar: CronCalendar) -> Bool {
    switch self {
    case .vixie: Self.isWildcard(calendar)
    case .cronos:
      calendar.seconds.isInterval || calendar.minutes.isInterval || calendar.hours.isInterval
    case .go: true
    case .ocps: false
    }
  }

  private static func isWildcard(_ calendar: CronCalendar) -> Bool {
    calendar.minutes.startsWithStar || calendar.hours.startsWithStar
  }
}
