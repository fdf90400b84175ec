import Foundation
import Testing

/// The short form of `make soak`.
@Suite(.bounded) struct SoakTests {
  @Test func twoHundredKillsAtRandomMomentsLoseNothing() async throws {
    try await Sandbox.with { box in
      let outcome = try await box.soak("soak.py", ["--kills", "200"], within: .seconds(600))
      note(outcome.output)
      #expect(outcome.code == 0, "\(outcome)")
      #expect(outcome.output.contains("4 worlds came to what git says"), "\(outcome)")
    }
  }

  @Test func reconcilesWithChangesLeaveMemoryAndDescriptorsFlat() async throws {
    try await Sandbox.with { box in
      let outcome = try await box.soak(
        "memory.py", ["--reconciles", "300", "--warm-up", "100", "--limit", "16384"],
        within: .seconds(300))
      note(outcome.output)
      #expect(outcome.code == 0, "\(outcome)")
    }
  }
}
