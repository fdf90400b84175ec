import Cron
import Foundation
import Testing
import TimeZones

/// The tables of Cronos, where they lie beside the project.
struct CronConformanceTests {
  private struct Case: Decodable {
    var cron: String
    var format: String?
    var from: String?
    var expect: String?
  }

  private static func cases(_ name: String) throws -> [Case]? {
    // Tests/CronTests/ThisFile → the package → beside it.
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let folders = [
      package.appending(path: "../shared").standardizedFileURL, URL(filePath: "/work/shared"),
    ]
    for folder in folders {
      let file = folder.appending(path: "conformance/cron/\(name)")
      guard let data = try? Data(contentsOf: file) else { continue }
      return try JSONDecoder().decode([Case].self, from: data)
    }
    print("no conformance data: cron/\(name) is not there, so nothing was checked against it")
    return nil
  }

  @Test func refusesWhatCronosRefuses() throws {
    guard let cases = try Self.cases("invalid.json") else { return }
    #expect(cases.count > 300)
    for test in cases {
      // Which of the two forms is meant comes from the number of fields here, not from beside.
      guard let expression = try? CronExpression(parsing: test.cron) else { continue }
      Issue.record("\"\(test.cron)\" (\(test.format ?? "")) was read as \(expression)")
    }
  }

  @Test func findsWhatCronosFinds() throws {
    guard let cases = try Self.cases("next.json") else { return }
    #expect(cases.count > 700)
    for test in cases {
      do {
        let expression = try CronExpression(parsing: test.cron)
        #expect(!expression.neverFires(days: .and), "\(test.cron)")
        #expect(try CronExpression(parsing: expression.description) == expression)
        var times = Occurrences(expression, in: .utc, clockRule: .cronos, days: .and)
        let found = times.next(after: try Self.instant(test.from), inclusive: true)
        #expect(found?.instant == (try Self.instant(test.expect)), "\(test)")
      } catch {
        Issue.record("\"\(test.cron)\": \(error)")
      }
    }
  }

  @Test func knowsWhatNeverFires() throws {
    guard let cases = try Self.cases("unreachable.json") else { return }
    #expect(cases.count > 70)
    for test in cases {
      let expression = try CronExpression(parsing: test.cron)
      #expect(expression.neverFires(days: .and), "\(test.cron)")
      var times = Occurrences(expression, in: .utc, days: .and)
      #expect(times.next(after: try Self.instant(test.from)) == nil, "\(test.cron)")
      #expect(times.previous(before: 4_000_000_000) == nil, "\(test.cron)")
    }
  }

  private static func instant(_ text: String?) throws -> Int64 {
    let text = try #require(text)
    let parts = text.split { !$0.isNumber }.compactMap { Int($0) }
    try #require(parts.count == 6 && text.hasSuffix("Z"))
    let time = CivilTime(
      year: parts[0], month: parts[1], day: parts[2], hour: parts[3], minute: parts[4],
      second: parts[5])
    return try #require(time).localSeconds
  }
}
