import Planning
import Resources
import TestSupport
import Testing

struct PlanFileTests {
  private func edited(
    _ plan: Plan, _ edit: (inout [Value.Member]) -> Void,
  ) throws -> [UInt8] {
    guard case .object(var members)? = Value(canonical: PlanFile(plan).bytes) else {
      throw FixtureError("a plan file is an object")
    }
    edit(&members)
    return CanonicalJSON.bytes(of: .sorted(members))
  }

  private func set(_ name: String, _ value: Value?, in members: inout [Value.Member]) {
    members.removeAll { $0.key == name }
    if let value { members.append(.init(name, value)) }
  }

  private func problem(_ bytes: [UInt8]) -> PlanFile.Problem? {
    do throws(PlanFile.Problem) {
      _ = try PlanFile(reading: bytes)
      return nil
    } catch {
      return error
    }
  }

  /// Whether reading `bytes` is refused, or gives `plan` all the same.
  private func isHarmless(_ bytes: [UInt8], _ plan: Plan) -> Bool {
    do throws(PlanFile.Problem) {
      return try PlanFile(reading: bytes).plan == plan
    } catch {
      return true
    }
  }

  @Test func everyChangedByteIsRefusedOrMeansTheSame() throws {
    let plan = try PlanSamples.small()
    let bytes = PlanFile(plan).bytes
    var harmful: [Int] = []
    for index in bytes.indices {
      var damaged = bytes
      for flip: UInt8 in [0x01, 0x02, 0x10, 0x20, 0x80] {
        damaged[index] = bytes[index] ^ flip
        if !isHarmless(damaged, plan) { harmful.append(index) }
      }
    }
    #expect(harmful == [], "of \(bytes.count) bytes")
  }

  @Test func everyLostOrDoubledByteIsRefusedOrMeansTheSame() throws {
    let plan = try PlanSamples.small()
    let bytes = PlanFile(plan).bytes
    var harmful: [Int] = []
    for index in bytes.indices {
      var shorter = bytes
      shorter.remove(at: index)
      var longer = bytes
      longer.insert(bytes[index], at: index)
      if !isHarmless(shorter, plan) || !isHarmless(longer, plan) { harmful.append(index) }
    }
    #expect(harmful == [])
  }

  @Test func everyPrefixIsRefused() throws {
    let bytes = PlanFile(try PlanSamples.small()).bytes
    // The newline at the end is no part of the JSON.
    let accepted = (0..<bytes.count - 1).filter { problem(Array(bytes[..<$0])) == nil }
    #expect(accepted == [])
  }

  @Test func aDroppedOperationIsRefused() throws {
    let plan = try PlanSamples.rich()
    for index in plan.changes.indices {
      var fewer = plan
      fewer.changes.remove(at: index)
      let bytes = try edited(plan) { set("plan", fewer.value, in: &$0) }
      #expect(problem(bytes) == .digestDiffers)
    }
  }

  @Test func anotherDigestIsRefused() throws {
    let bytes = try edited(PlanSamples.rich()) {
      set("digest", .string(Digest.zero.description), in: &$0)
    }
    #expect(problem(bytes) == .digestDiffers)
  }

  @Test func swappedContentsAreRefused() throws {
    let plan = try Planned.plan(
      from: [:],
      to: ["manifests/a.yaml": Manifest.job("a"), "manifests/b.yaml": Manifest.job("b")])
    let bytes = try edited(plan) { members in
      guard let contents = members.first(where: { $0.key == "contents" })?.value,
        let a = contents["Job/a"], let b = contents["Job/b"]
      else { return }
      set("contents", ["Job/a": b, "Job/b": a], in: &members)
    }
    #expect(problem(bytes) == .contentDiffers(ResourceKey(kind: "Job", name: "a")))
  }

  @Test func aMissingContentIsRefused() throws {
    let bytes = try edited(PlanSamples.small()) { set("contents", .object([]), in: &$0) }
    #expect(problem(bytes) == .contentDiffers(ResourceKey(kind: "Job", name: "a")))
  }

  @Test(arguments: ["formatVersion", "digest", "plan", "contents"])
  func aMissingMemberIsRefused(_ name: String) throws {
    let bytes = try edited(PlanSamples.small()) { set(name, nil, in: &$0) }
    #expect(problem(bytes) == .notAPlan("formatVersion, digest, plan or contents is missing"))
  }

  @Test func aNewerFormatIsRefusedByItsNumber() throws {
    let bytes = try edited(PlanSamples.small()) { set("formatVersion", 2, in: &$0) }
    #expect(problem(bytes) == .newerFormat(2))
  }

  @Test(
    arguments: [
      ("action", Value.string("explode")), ("key", Value.string("no-slash")),
      ("risk", Value.string("none")), ("location", Value.array([])), ("after", Value.string("123")),
    ] as [(String, Value)])
  func aFormThatNobodyWroteIsRefusedThoughItsDigestFits(
    _ member: String, _ value: Value,
  ) throws {
    let plan = try PlanSamples.small()
    guard case .object(var body) = plan.value,
      let place = body.firstIndex(where: { $0.key == "changes" }),
      case .object(var change)? = body[place].value[0]
    else { throw FixtureError("a plan has changes") }
    set(member, value, in: &change)
    body[place].value = .array([.sorted(change)])
    let bytes = try edited(plan) { members in
      set("plan", .object(body), in: &members)
      set(
        "digest", .string(Digest(of: CanonicalJSON.bytes(of: .object(body))).description),
        in: &members)
    }
    #expect(problem(bytes) == .notAPlan("a member has an unknown form"))
  }

  @Test(arguments: ["", "{}", "[]", "null", "hello", "\u{feff}{}"])
  func whatIsNoPlanIsRefused(_ text: String) {
    guard case .notAPlan? = problem(Array(text.utf8)) else {
      Issue.record("\(text) was read")
      return
    }
  }
}
