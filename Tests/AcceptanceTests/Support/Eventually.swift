import Foundation

struct NeverHappened: Error, CustomStringConvertible { var description: String }

/// Returns the first value that `probe` gives; throws when there is none within `limit`.
@discardableResult
func eventually<Value>(
  _ what: String, within limit: Duration = .seconds(60), _ probe: () async throws -> Value?,
) async throws -> Value {
  let end = ContinuousClock.now + limit
  while true {
    if let value = try await probe() { return value }
    guard ContinuousClock.now < end else {
      throw NeverHappened(description: "within \(limit) there was no \(what)")
    }
    try await Task.sleep(for: .milliseconds(30))
  }
}

/// Runs `body`, which blocks, on a thread of its own.
func offPool<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value
{
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
  }
}

/// Says something to who runs the tests: a measurement, or why a test was left out.
func note(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
