import Cron
import Foundation
import Testing

/// The tables of Cronos, where they lie beside the project.
struct CronConformanceTests {
  private struct Case: Decodable {
    var cron: String
    var format: String?
  }

  private static func cases(_ name: String) throws -> [Case]? {
    // Tests/CronTests/ThisFile → the package → beside it.
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let file = package.appending(path: "../shared/conformance/cron/\(name)").standardizedFileURL
    guard let data = try? Data(contentsOf: file) else {
      print("no conformance data: \(file.path()) is not there, so nothing was checked against it")
      return nil
    }
    return try JSONDecoder().decode([Case].self, from: data)
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

  @Test func readsWhatCronosReads() throws {
    guard let cases = try Self.cases("next.json") else { return }
    #expect(cases.count > 700)
    for test in cases {
      do {
        let expression = try CronExpression(parsing: test.cron)
        #expect(!expression.neverFires(days: .and), "\(test.cron)")
        #expect(try CronExpression(parsing: expression.description) == expression)
      } catch {
        Issue.record("\"\(test.cron)\": \(error)")
      }
    }
  }

  @Test func knowsWhatNeverFires() throws {
    guard let cases = try Self.cases("unreachable.json") else { return }
    #expect(cases.count > 70)
    for test in cases {
      #expect(try CronExpression(parsing: test.cron).neverFires(days: .and), "\(test.cron)")
    }
  }
}
