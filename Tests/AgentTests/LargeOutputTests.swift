import Actions
import Testing

/// Output that is larger than anybody keeps.
@Suite struct LargeOutputTests {
  /// What memory it takes is measured from outside, by `RunBadInputTests`.
  @Test func ofAGibibyteWithoutNewlineHeadAndTailAreKept() async throws {
    let fixture = try ProbeFixture()
    let outcome = await fixture.run(
      .exec(Action.Program(argv: ["head", "-c", "1073741824", "/dev/zero"])),
      outputLimit: 1 << 16)
    #expect(outcome.result.exitCode == 0)
    #expect(outcome.result.stdoutBytes == 1 << 30)
    let head = outcome.chunks.filter { $0.offset < 1 << 15 }.flatMap(\.bytes).prefix(1 << 15)
    #expect(head.count == 1 << 15)
    let last = try #require(outcome.chunks.last)
    #expect(last.offset + Int64(last.bytes.count) == 1 << 30)
  }

  @Test func binaryOutputStaysAsItIs() async throws {
    let fixture = try ProbeFixture()
    let outcome = await fixture.run(
      .exec(
        Action.Program(argv: [
          "python3", "-c", "import os\nfor i in range(256): os.write(1, bytes([i, 0, 255]))",
        ])))
    #expect(outcome.bytes() == (0..<256).flatMap { [UInt8($0), 0, 255] })
  }

  @Test func aSlowReaderHoldsUpOnlyItsRun() async throws {
    let fixture = try ProbeFixture()
    let outcome = await fixture.run(
      fixture.shell("yes | head -c 3000000; echo end >&2"), outputLimit: 1 << 12)
    #expect(outcome.result.stdoutBytes == 3_000_000)
    #expect(outcome.stderr == "end\n")
  }
}
