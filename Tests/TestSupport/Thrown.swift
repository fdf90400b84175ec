/// The error of one type that `body` throws; fails where it throws none.
package func thrown<Failure: Error, Result>(
  _ type: Failure.Type, by body: () throws -> Result,
) throws -> Failure {
  do {
    _ = try body()
  } catch let error as Failure {
    return error
  }
  throw FixtureError("no \(type) was thrown")
}

/// The error of one type that `body` throws; fails where it throws none.
package func thrown<Failure: Error, Result: Sendable>(
  _ type: Failure.Type, by body: () async throws -> Result,
) async throws -> Failure {
  do {
    _ = try await body()
  } catch let error as Failure {
    return error
  }
  throw FixtureError("no \(type) was thrown")
}
