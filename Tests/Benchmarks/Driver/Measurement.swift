import Resources

/// Samples by name, and facts about them.
struct Measurement {
  private var samples: [String: [Int64]] = [:]
  var facts: [String: Value] = [:]

  /// Runs `body` and adds the time that it took to the samples called `name`.
  mutating func time<Result>(_ name: String, _ body: () throws -> Result) rethrows -> Result {
    let clock = ContinuousClock()
    let start = clock.now
    let result = try body()
    samples[name, default: []].append((clock.now - start).nanoseconds)
    return result
  }

  /// Runs `body` and adds the time that it took to the samples called `name`.
  mutating func time<Result>(_ name: String, _ body: () async throws -> Result) async rethrows
    -> Result
  {
    let clock = ContinuousClock()
    let start = clock.now
    let result = try await body()
    add((clock.now - start).nanoseconds, to: name)
    return result
  }

  mutating func add(_ sample: Int64, to name: String) { samples[name, default: []].append(sample) }

  /// Writes one line of JSON.
  func report() {
    let samples = samples.map { name, values in
      Value.Member(name, .array(values.map { .integer($0) }))
    }
    let members = facts.map { Value.Member($0.key, $0.value) }
    print(
      CanonicalJSON.text(
        of: .sorted(members + [Value.Member("nanoseconds", .sorted(samples))])))
  }
}

extension Duration {
  var nanoseconds: Int64 {
    components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
  }
}
