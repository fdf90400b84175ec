internal import Engine

/// Asks the store on a thread of its own, because the store blocks.
actor StoreDesk {
  private let store: any StateStore
  private let executor = BlockingExecutor(label: "control-plane")

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    executor.asUnownedSerialExecutor()
  }

  init(store: any StateStore) { self.store = store }

  func status() throws(StoreError) -> RepositoryStatus { try store.status() }

  /// The bytes of a snapshot, which takes a while to make.
  func snapshotBytes(
    _ make: @Sendable () throws(StoreError) -> LiveSnapshot
  ) throws(StoreError) -> [UInt8] {
    try make().bytes
  }

  func statusAndConditions() throws(StoreError) -> (RepositoryStatus, [Engine.Condition]) {
    (try store.status(), try store.conditions())
  }
}
