package import Actions

/// What carries out actions on the host of the server, or on another one.
package protocol ActionRunner: Sendable {
  /// Begins an action, and returns at once; `report` hears what becomes of it, in order.
  ///
  /// An attempt is begun at most once, whatever is asked. The last report is `finished`.
  func start(_ request: ActionRequest, report: @escaping @Sendable (ActionReport) -> Void)

  /// Asks an attempt to stop, or kills it; its end is reported as always.
  func stop(_ run: String, kill: Bool)

  /// Ends what an earlier life of this program left running.
  ///
  /// - Returns: the attempts whose processes were still there.
  func recover() async -> [String]
}

/// What a probe tells about an attempt.
package enum ActionReport: Sendable {
  /// The process has started.
  case started
  case output(OutputChunk)
  case finished(ActionResult)
}
