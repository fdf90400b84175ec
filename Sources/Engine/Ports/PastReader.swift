package import Planning
package import Resources
package import Workflows

/// One consistent view of the live state and of the journal that led to it.
///
/// Synchronous, for use inside one read transaction. What a question costs follows the events since
/// the moment that it asks about, not the number of resources, except where it says otherwise.
package protocol PastReader {
  var live: any LiveReader { get }

  /// From where to where the journal reaches; nil while it is empty.
  func span() throws(StoreError) -> JournalSpan?
  /// The newest event at or before `time`; the checkpoint's last one where no later one is.
  func lastPoint(at time: Timestamp) throws(StoreError) -> JournalPoint?
  func point(_ sequence: Int64) throws(StoreError) -> JournalPoint?
  /// The last event of the step that `sequence` is a part of: of its apply, or of the changes by
  /// others that were put on record together.
  func stepEnd(of sequence: Int64) throws(StoreError) -> Int64
  /// The newest apply whose own event is at or before `sequence`.
  func apply(atOrBefore sequence: Int64) throws(StoreError) -> AppliedPlan?
  /// The oldest apply after `sequence`.
  func firstApply(after sequence: Int64) throws(StoreError) -> AppliedPlan?
  /// The applies of revisions that start with `prefix`, newest first.
  func applies(ofRevision prefix: String) throws(StoreError) -> [AppliedPlan]
  /// The applies of plans whose digest starts with `prefix`, newest first.
  func applies(ofPlan prefix: String) throws(StoreError) -> [AppliedPlan]
  /// The newest apply that left the state root `root`.
  func apply(leaving root: Digest) throws(StoreError) -> AppliedPlan?

  /// What each resource that changed after `sequence` was at that point.
  func transitions(after sequence: Int64) throws(StoreError) -> [ResourceTransition]
  /// The state root that the newest event at or before `sequence` recorded.
  func recordedRoot(at sequence: Int64) throws(StoreError) -> Digest?
  /// The event that made each of `keys` what it was after `sequence`, or that deleted it.
  func makers(
    of keys: [ResourceKey], at sequence: Int64,
  ) throws(StoreError) -> [ResourceKey: ResourceMaker]

  /// The live resources that no manifest names any more. Costs a look at every live resource.
  func orphans() throws(StoreError) -> [ResourceKey]
  /// Those of `digests` whose content the store has.
  func contents(of digests: [Digest]) throws(StoreError) -> [Digest: [UInt8]]
  /// Live resources with all that is known of them, by key; nil means any. Costs what it returns.
  func records(kind: String?, name: String?) throws(StoreError) -> [LiveRecord]
}

/// A store that lets one look back.
package protocol PastStore: Sendable {
  /// Runs `body` on one consistent view.
  func readPast<Result>(
    _ body: (any PastReader) throws(StoreError) -> Result
  ) throws(StoreError) -> Result
}

/// One event's place in the journal.
package struct JournalPoint: Hashable, Sendable {
  package var sequence: Int64
  package var time: Timestamp

  package init(sequence: Int64, time: Timestamp) {
    self.sequence = sequence
    self.time = time
  }
}

/// From where to where the journal reaches.
package struct JournalSpan: Hashable, Sendable {
  package var first: JournalPoint
  package var last: JournalPoint
  /// What stands for the events before `first`, where some were dropped.
  package var checkpoint: Checkpoint?

  package init(first: JournalPoint, last: JournalPoint, checkpoint: Checkpoint?) {
    self.first = first
    self.last = last
    self.checkpoint = checkpoint
  }
}

/// The event that a resource is the work of.
package struct ResourceMaker: Hashable, Sendable {
  package var sequence: Int64
  package var time: Timestamp
  package var origin: Origin?

  package init(sequence: Int64, time: Timestamp, origin: Origin?) {
    self.sequence = sequence
    self.time = time
    self.origin = origin
  }
}
