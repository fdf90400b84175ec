import Faults
import Foundation
import Testing

/// Wherever the program is killed, the next start comes to what an uncrashed run comes to.
///
/// Tests/Soak/sweep.py tells the story once without a crash and once with one at each point, and
/// looks at what the killed process left before anything mends it.
@Suite(.bounded) struct CrashSweepTests {
  /// A point, how many arrivals there go well before, and which processes may die.
  struct Death: Sendable, CustomTestStringConvertible {
    var point: FaultPoint
    var arrival = 1
    var only: String?

    var fault: String { arrival == 1 ? point.rawValue : "\(point.rawValue):\(arrival)" }
    var testDescription: String { [fault, only].compactMap(\.self).joined(separator: " in the ") }
  }

  /// Every point at its first arrival, whoever comes there; then places where another arrival, or
  /// another process, is another story.
  static let deaths: [Death] =
    FaultPoint.allCases.map { Death(point: $0) } + [
      Death(point: .migrationBeforeCommit, arrival: 2),
      Death(point: .applyChangeWritten, arrival: 3), Death(point: .applyChangeWritten, arrival: 8),
      Death(point: .applyBeforeCommit, arrival: 2), Death(point: .applyCommitted, arrival: 3),
      Death(point: .applyChangeWritten, only: "command"),
      Death(point: .applyBeforeCommit, only: "command"),
      Death(point: .applyCommitted, only: "command"),
      Death(point: .applyConditionsRecorded, only: "command"),
      Death(point: .fetchObjectsReceived, arrival: 1, only: "server"),
      Death(point: .effectSent, arrival: 3),
    ]

  @Test(arguments: deaths) func comesBack(_ death: Death) async throws {
    let image = try await Reference.shared.image()
    try await Sandbox.with { box in
      var words = ["--compare", image, "--fault", death.fault]
      if let only = death.only { words += ["--only", only] }
      let outcome = try await box.soak("sweep.py", words + ["--folder", box.path + "/world"])
      #expect(outcome.code != 3, "nothing ever arrives at this point so often")
      #expect(outcome.code == 0, "\(outcome)")
    }
  }

  @Test func aTypingMistakeInAFaultIsNoProof() async throws {
    try await Sandbox.with { box in
      let outcome = try await box.writ("status", environment: ["WRIT_FAULT": "apply.comitted"])
      // A command that comes nowhere near a point never asks which one it should die at.
      #expect(outcome.code == 1)
      let upstream = try await Upstream(box, files: Manifest.few)
      let apply = try await box.writ(
        "apply", "--repo", upstream.bare, environment: ["WRIT_FAULT": "apply.comitted"])
      #expect(apply.code == 70, "\(apply)")
      #expect(apply.error.contains("names no fault point"))
    }
  }
}

/// The end of the story without a crash, told once for all tests.
private actor Reference {
  static let shared = Reference()

  private var telling: Task<String, any Error>?

  func image() async throws -> String {
    let task = telling ?? Task { try await Self.tell() }
    telling = task
    return try await task.value
  }

  private static func tell() async throws -> String {
    let file = NSTemporaryDirectory() + "writ-sweep-\(getpid()).json"
    try await Sandbox.with { box in
      let outcome = try await box.soak(
        "sweep.py", ["--folder", box.path + "/world", "--image", file])
      try #require(outcome.code == 0, "\(outcome)")
    }
    return file
  }
}

extension Sandbox {
  /// Runs a program of Tests/Soak with the binary under test.
  func soak(
    _ script: String, _ arguments: [String], within limit: Duration = .seconds(120),
  ) async throws -> Outcome {
    try await run(
      [Program.python, "\(Program.packageRoot)/Tests/Soak/\(script)", "--writ", Program.writ]
        + arguments, environment: ["PYTHONDONTWRITEBYTECODE": "1"], within: limit)
  }
}
