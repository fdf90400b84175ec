internal import Engine
internal import Hummingbird

extension Reconciler {
  /// How long a refused client should wait before it asks again, in seconds.
  private static let retryAfter = 10

  /// Refuses while the store fails, and makes the loop look whether it does still.
  nonisolated func expectAccepting() throws(Refusal) {
    guard let reason = intake.refusal else { return }
    trigger()
    throw Refusal(
      .serviceUnavailable, code: "store-failed", "nothing is accepted now: \(reason)",
      hint: "nothing is lost: the server goes on by itself once the store works again",
      headers: [.retryAfter: String(Self.retryAfter)])
  }
}
