internal import Cron

extension FuzzTarget {
  /// Cron expressions.
  static let cron = FuzzTarget(name: "cron") { bytes throws(BrokenPromise) in
    let text = bytes.text
    guard let expression = try? CronExpression(parsing: text) else { return }
    let written = expression.description
    let again: CronExpression
    do throws(CronError) {
      again = try CronExpression(parsing: written)
    } catch {
      throw BrokenPromise("\(text) is \(written), which is refused: \(error)")
    }
    try require(again.description == written, "\(text) is \(written), is \(again)")
    for rule in [CronDayRule.or, .and] {
      try require(
        again.neverFires(days: rule) == expression.neverFires(days: rule),
        "\(text) fires and \(written) does not, or the other way around")
    }
    let hashed = expression.hashed(by: "db-backup")
    try require(!hashed.hasHash, "\(text) keeps a hash")
    // A hash is one of its candidates.
    if !hashed.neverFires { try require(!expression.neverFires, "\(text) fires by its hash only") }
  }
}
