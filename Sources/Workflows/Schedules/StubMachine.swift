package import Resources
package enum ScheduleMachine {
  package struct LedgerEnd: Hashable, Sendable {
    package var instant: Int64
    package var nominal: Int64
    package var fold: Int
    package init(instant: Int64, nominal: Int64, fold: Int) {
      self.instant = instant
      self.nominal = nominal
      self.fold = fold
    }
  }
  package static func begin(_ definition: inout ScheduleDefinition, at: Timestamp, previous: ScheduleCursor?, ledger: LedgerEnd? = nil, zoneDataVersion: String) -> ScheduleDecision { fatalError() }
  package static func decide(_ definition: inout ScheduleDefinition, _ cursor: ScheduleCursor, _ activity: ScheduleActivity, now: Timestamp, zoneDataVersion: String) -> ScheduleDecision { fatalError() }
}
extension ExecutionID {
  package init(ofSchedule schedule: String, nominal: Int64, fold: Int) { fatalError() }
}
