package import Resources
package import Workflows

/// The past of a data directory to which nothing was applied yet.
package struct NoPast: PastReader {
  package init() {}

  package var live: any LiveReader { MemoryLive.empty }

  package func span() -> JournalSpan? { nil }
  package func lastPoint(at time: Timestamp) -> JournalPoint? { nil }
  package func point(_ sequence: Int64) -> JournalPoint? { nil }
  package func stepEnd(of sequence: Int64) -> Int64 { sequence }
  package func apply(atOrBefore sequence: Int64) -> AppliedPlan? { nil }
  package func firstApply(after sequence: Int64) -> AppliedPlan? { nil }
  package func applies(ofRevision prefix: String) -> [AppliedPlan] { [] }
  package func applies(ofPlan prefix: String) -> [AppliedPlan] { [] }
  package func apply(leaving root: Digest) -> AppliedPlan? { nil }
  package func transitions(after sequence: Int64) -> [ResourceTransition] { [] }
  package func recordedRoot(at sequence: Int64) -> Digest? { nil }
  package func makers(
    of keys: [ResourceKey], at sequence: Int64,
  ) -> [ResourceKey: ResourceMaker] { [:] }
  package func orphans() -> [ResourceKey] { [] }
  package func contents(of digests: [Digest]) -> [Digest: [UInt8]] { [:] }
  package func records(kind: String?, name: String?) -> [LiveRecord] { [] }
}
