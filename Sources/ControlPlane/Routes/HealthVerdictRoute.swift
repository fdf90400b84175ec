internal import Engine
internal import HTTPTypes
internal import Hummingbird
internal import Resources

/// `/v1/health`: the newest watch, and what a monitor says of the state that is watched.
struct HealthVerdictRoute: Sendable {
  let watcher: HealthWatcher
  let bodies: BodyReader

  /// What the journal calls a monitor that gives no name.
  static let actor = "http:monitor"
  static let reasonLimit = 1024

  func add(to group: RouterGroup<Exchange>) {
    group.get("/health") { _, _ in
      do throws(StoreError) {
        let record = try await watcher.latest()
        return Response.json(HealthJSON.answer(record, now: await watcher.now()))
      } catch {
        throw Self.refusal(error)
      }
    }
    group.post("/health") { request, exchange in
      let verdict = try Self.verdict(try await bodies.read(request, exchange))
      return try await conclude(verdict)
    }
  }

  private struct Verdict {
    var word: HealthEnd.Verdict
    var reason: String
  }

  private func conclude(_ verdict: Verdict) async throws -> Response {
    let record: HealthRecord?
    let outcome: HealthJudge.Outcome
    do {
      (record, outcome) = try await watcher.conclude(
        verdict.word, reason: verdict.reason, actor: Self.actor)
    } catch let error as StoreError {
      throw Self.refusal(error)
    }
    if case .notOpen = outcome {
      throw Refusal(
        .conflict, code: "no-watch", "no apply is being watched",
        hint: "to go back all the same: writ rollback")
    }
    return .json(HealthJSON.answer(record, now: await watcher.now()))
  }

  private static func refusal(_ error: StoreError) -> Refusal {
    Refusal(
      .serviceUnavailable, code: "store-failed", "the watch cannot be judged now: \(error.message)",
      hint: error.hint)
  }

  /// Reads `{"verdict": "fail", "reason": "…"}`.
  private static func verdict(_ body: [UInt8]) throws(Refusal) -> Verdict {
    let value: Value
    do throws(JSONError) {
      value = try JSONReader.read(body, maximumDepth: 4)
    } catch {
      throw Refusal(.badRequest, code: "not-json", "the body is not JSON: \(error)", hint: example)
    }
    guard let members = value.members else { throw wrongShape("it is not an object") }
    if let unknown = members.first(where: { !["verdict", "reason"].contains($0.key) }) {
      throw wrongShape("\"\(unknown.key.prefix(40))\" is not known")
    }
    let words: [String: HealthEnd.Verdict] = ["pass": .passed, "fail": .failed]
    guard let word = value["verdict"]?.string.flatMap({ words[$0] }) else {
      throw wrongShape("\"verdict\" must be \"pass\" or \"fail\"")
    }
    guard let reason = (value["reason"] ?? "a monitor says so").string, !reason.isEmpty,
      reason.unicodeScalars.count <= reasonLimit
    else { throw wrongShape("\"reason\" must be a text of 1 to \(reasonLimit) characters") }
    return Verdict(word: word, reason: reason)
  }

  private static func wrongShape(_ problem: String) -> Refusal {
    Refusal(.badRequest, code: "wrong-shape", "the body is not right: \(problem)", hint: example)
  }

  private static let example = #"send {"verdict": "fail", "reason": "error rate above 5 %"}"#
}
