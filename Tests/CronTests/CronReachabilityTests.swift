import Cron
import Testing

struct CronReachabilityTests {
  @Test(arguments: [
    "0 0 30 2 *", "0 0 31 4,6,9,11 *", "0 0 L-30 2 *", "0 0 L-29 2 *", "0 0 31W 2 *",
  ])
  func knowsDaysThatNoMonthHas(_ text: String) throws {
    #expect(try CronExpression(parsing: text).neverFires)
    #expect(try CronExpression(parsing: text).neverFires(days: .and))
  }

  @Test(arguments: [
    "0 0 29 2 *", "0 0 30 2 1", "0 0 31 * *", "0 0 L-28 2 *", "0 0 * 2 1#5", "@daily",
    "@every 1h", "0 0 29 2 1", "H H H H H", "0 0 1 * SUN#2",
  ])
  func firesOnWhatComesOnceInManyYears(_ text: String) throws {
    #expect(try !CronExpression(parsing: text).neverFires)
  }

  @Test(arguments: [
    ("0 0 1 * SUN#2", true), ("0 0 8 * SUN#2", false), ("0 0 29 2 MON", false),
    ("0 0 29 2 MON#5", false), ("0 0 28 2 MON#5", true), ("0 0 LW * SUN", true),
    ("0 0 1W * MON", false), ("0 0 1W * SAT", true), ("0 0 13 * FRI", false),
    ("0 0 25-31 2 MON#5", false),
  ])
  func decidesDaysThatMustBothFit(_ text: String, _ never: Bool) throws {
    #expect(try CronExpression(parsing: text).neverFires(days: .and) == never)
  }

  @Test func aHashThatIsNotResolvedCountsWithAllOfItsValues() throws {
    let expression = try CronExpression(parsing: "0 0 30 H(2-3) *")
    #expect(!expression.neverFires)
    let verdicts = (0..<64).map { expression.hashed(by: "job-\($0)").neverFires }
    #expect(verdicts.contains(true))
    #expect(verdicts.contains(false))
  }
}
