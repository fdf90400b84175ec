package import Resources

/// A plan as it is saved by `plan --out` and carried out by `apply FILE`.
///
/// The file is JSON: `{formatVersion, digest, plan, contents}`. Everything in it is checked when it
/// is read: `digest` against the plan, and each content against the change that it belongs to.
package struct PlanFile: Sendable {
  package enum Problem: Error, Sendable, Equatable {
    case notAPlan(String)
    case newerFormat(Int64)
    /// The bytes do not give the digest that the file names.
    case digestDiffers
    /// A content is missing, or is not what its digest says.
    case contentDiffers(ResourceKey)
  }

  /// A saved plan of a million changes fits.
  package static let maximumBytes = 1 << 30
  private static let maximumDepth = 128

  package let plan: Plan

  package init(_ plan: Plan) { self.plan = plan }

  package var bytes: [UInt8] {
    let contents = plan.changes.compactMap { change -> Value.Member? in
      guard let content = change.content.flatMap(Value.init(canonical:)) else { return nil }
      return Value.Member(change.key.description, content)
    }
    return CanonicalJSON.bytes(
      of: [
        "formatVersion": .integer(Plan.formatVersion), "digest": .string(plan.digest.description),
        "plan": plan.value, "contents": .sorted(contents),
      ]) + [UInt8(ascii: "\n")]
  }

  /// Reads and checks a saved plan.
  package init(reading bytes: [UInt8]) throws(Problem) {
    let value: Value
    do throws(JSONError) {
      value = try JSONReader.read(
        bytes, maximumDepth: Self.maximumDepth, maximumBytes: Self.maximumBytes)
    } catch {
      throw .notAPlan("it is not JSON: \(error.message) at byte \(error.offset)")
    }
    guard let version = value["formatVersion"]?.integer, let body = value["plan"],
      let digest = value["digest"]?.string, let contents = value["contents"]
    else { throw .notAPlan("formatVersion, digest, plan or contents is missing") }
    guard version <= Plan.formatVersion else { throw .newerFormat(version) }
    guard Digest(of: CanonicalJSON.bytes(of: body)).description == digest else {
      throw .digestDiffers
    }
    guard var plan = Plan(body), plan.value == body else {
      throw .notAPlan("a member has an unknown form")
    }
    for index in plan.changes.indices {
      let change = plan.changes[index]
      guard change.action == .create || change.action == .update else { continue }
      guard let content = contents[change.key.description] else {
        throw .contentDiffers(change.key)
      }
      let bytes = CanonicalJSON.bytes(of: content)
      guard Digest(of: bytes) == change.after else { throw .contentDiffers(change.key) }
      plan.changes[index].content = bytes
    }
    self.plan = plan
  }
}
