internal import Cron
internal import Resources

extension TextFormat {
  /// A cron expression.
  static let cron = TextFormat(
    name: "a cron expression",
    // Fields, or a nickname; a pattern of the whole grammar would be longer than its parser.
    pattern:
      "^[\\t ]*(?:@[A-Za-z]+(?:[\\t ]+[0-9a-z]+)?|[^@\\t ]+(?:[\\t ]+[^\\t ]+){4,5})[\\t ]*$",
    example: "30 2 * * *",
  ) { text throws(Problem) in
    do throws(CronError) {
      return try CronExpression(parsing: text).description
    } catch {
      throw Problem(error.description, hint: error.hint)
    }
  }
}
