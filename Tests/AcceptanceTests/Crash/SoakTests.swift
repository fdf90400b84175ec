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
        // SQLite's page caches, of some megabytes, still fill: that is some 5 KB each. `make soak`
        // waits until they are full, and then asks for flat.
        "memory.py", ["--reconciles", "300", "--warm-up", "100", "--limit", "8192"],
        within: .seconds(300))
      note(outcome.output)
      #expect(outcome.code == 0, "\(outcome)")
    }
  }
}
