import Foundation
import Testing

/// What `make demo` runs.
@Suite(.bounded) struct DemoTests {
  static let script = Program.packageRoot + "/examples/quickstart/demo.sh"

  @Test(.enabled(if: FileManager.default.fileExists(atPath: script)))
  func endsWell() async throws {
    try await Sandbox.with { box in
      let outcome = try await box.run(
        [Self.script], environment: ["WRIT": Program.writ], directory: box.home,
        within: .seconds(400))
      #expect(outcome.code == 0, "\(outcome)")
      #expect(outcome.output.contains("make run"), "it says how to start the server for real")
      try await eventually("end of all processes", within: .seconds(10)) {
        box.processes().isEmpty ? true : nil
      }
    }
  }
}
