internal import Planning
internal import Rendering
internal import Resources

extension FuzzTarget {
  /// Saved plans, which somebody may have edited.
  static let plan = FuzzTarget(name: "plan") { bytes throws(BrokenPromise) in
    let bytes = bytes.array
    try check(file: bytes)
    // A digest stops nearly all of them; so the same again with the digests that fit.
    if let sealed = sealed(bytes) { try check(file: sealed) }
  }

  private static func check(file bytes: [UInt8]) throws(BrokenPromise) {
    let file: PlanFile
    do throws(PlanFile.Problem) {
      file = try PlanFile(reading: bytes)
    } catch {
      return
    }
    let plan = file.plan
    let written = PlanFile(plan).bytes
    let again: PlanFile
    do throws(PlanFile.Problem) {
      again = try PlanFile(reading: written)
    } catch {
      throw BrokenPromise("a plan that was written is refused: \(error)")
    }
    try require(again.plan == plan, "a plan changes when written and read")
    try require(again.plan.digest == plan.digest, "its digest changes when written and read")
    try require(PlanFile(again.plan).bytes == written, "its bytes change when written and read")
    try show(plan)
  }

  /// Whether a person can be shown the plan before it is refused or carried out.
  private static func show(_ plan: Plan) throws(BrokenPromise) {
    let verdict = Verdict.of(plan, .init(time: Timestamp(nanoseconds: 0)))
    let screen = PlanScreen(plan, verdict: verdict)
    for width in [40, 100] {
      for isVerbose in [false, true] {
        try checkShown(PlanText(screen, width: width, isVerbose: isVerbose).lines(.plain))
      }
    }
    for change in plan.changes {
      let text = FieldDiffText(change.fields, file: change.location.file, width: 80)
      try checkShown(text.lines(.plain))
    }
    try checkCanonical(PlanJSON.value(screen))
  }

  /// The file with the digests of what is in it.
  private static func sealed(_ bytes: [UInt8]) -> [UInt8]? {
    guard let value = try? JSONReader.read(bytes, maximumDepth: 128),
      let body = value["plan"], let contents = value["contents"]
    else { return nil }
    let changes = (body["changes"]?.array ?? []).map { change -> Value in
      guard let key = change["key"]?.string, let content = contents[key] else { return change }
      let digest = Digest(of: CanonicalJSON.bytes(of: content))
      return change.setting("after", .string(digest.description))
    }
    let plan = body.setting("changes", .array(changes))
    let digest = Digest(of: CanonicalJSON.bytes(of: plan))
    return CanonicalJSON.bytes(
      of: value.setting("plan", plan).setting("digest", .string(digest.description)))
  }
}

extension Value {
  fileprivate func setting(_ key: String, _ value: Value) -> Value {
    guard case .object(let members) = self, self[key] != nil else { return self }
    return .sorted(members + [Member(key, value)])
  }
}
