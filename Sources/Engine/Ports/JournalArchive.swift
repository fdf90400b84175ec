package import Resources
package import Workflows

/// The journal as a whole: checked, read out, and cut short.
package protocol JournalArchive: Sendable {
  /// Checks the chain, the checkpoint, and that both lead to the live rows, in one pass.
  func verifyJournal() throws(StoreError) -> JournalReport
  /// The newest checkpoint; nil where nothing was dropped yet.
  func checkpoint() throws(StoreError) -> Checkpoint?
  /// The hash that the event after `sequence` carries on; nil where this journal does not know it.
  func hash(after sequence: Int64) throws(StoreError) -> Digest?
  /// Hands the events after `sequence` up to `last` to `body`, one by one, out of one view.
  ///
  /// Memory stays bounded, however many there are. The header comes first.
  func exportJournal(
    after sequence: Int64, until last: Int64?,
    header: (JournalLine.Header) throws(StoreError) -> Void,
    event: (JournalEvent) throws(StoreError) -> Void,
  ) throws(StoreError)
  /// What compacting would drop, without doing it; nil where that is nothing.
  func compactable(before time: Timestamp) throws(StoreError) -> CompactionRange?
  /// Drops the events of `range` for a signed checkpoint, in one transaction.
  ///
  /// The dropped part is checked first, and a journal that is broken there is left as it is. Throws
  /// `stale` where somebody else compacted in between. The last two states that were applied stay
  /// within reach.
  func compact(
    _ range: CompactionRange, key: CheckpointKey, exportPath: String?, actor: String,
    at time: Timestamp,
  ) throws(StoreError) -> Checkpoint
}

/// A stretch of the journal that may be dropped.
package struct CompactionRange: Hashable, Sendable {
  package var first: Int64
  package var last: JournalPoint

  package init(first: Int64, last: JournalPoint) {
    self.first = first
    self.last = last
  }

  package var count: Int64 { last.sequence - first + 1 }
}

/// What came of checking a journal.
package struct JournalReport: Hashable, Sendable {
  /// The first thing that is wrong; nil where the journal holds.
  package var broken: JournalBreak?
  /// How many events were read.
  package var eventCount: Int64
  /// The last event that was read.
  package var head: JournalPoint?
  package var headHash: Digest?
  package var checkpoint: Checkpoint?

  package init(
    broken: JournalBreak?, eventCount: Int64, head: JournalPoint?, headHash: Digest?,
    checkpoint: Checkpoint?,
  ) {
    self.broken = broken
    self.eventCount = eventCount
    self.head = head
    self.headHash = headHash
    self.checkpoint = checkpoint
  }
}
