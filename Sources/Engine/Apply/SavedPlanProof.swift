package import Planning
package import Resources

/// Shows that a saved plan says nothing but what its revision says.
///
/// The digest in the file of a plan is against accidents: whoever can write the file can write the
/// digest. So where signatures count, the file itself proves nothing, and what the plan makes live is
/// compared with the signed revision.
package enum SavedPlanProof {
  /// The first resource of which `plan` and `source` differ; nil where there is none.
  ///
  /// Reads every manifest of the revision. Throws `SourceError`.
  package static func difference(
    of plan: Plan, from source: any RevisionReader,
  ) throws(SourceError) -> ResourceKey? {
    let snapshot = try source.delta(since: nil)
    if let mistake = snapshot.diagnostics.first(where: { $0.severity == .error }) {
      throw SourceError(
        .other,
        "revision \(source.revision.prefix(12)) is not valid: \(mistake.location): \(mistake.message)",
        hint: "make a new plan: writ plan --out FILE")
    }
    var digests: [ResourceKey: Digest] = [:]
    for resource in snapshot.resources { digests[resource.key] = resource.digest }
    for change in plan.changes where digests[change.key] != change.after { return change.key }
    for relocation in plan.relocations where digests[relocation.key] == nil {
      return relocation.key
    }
    return plan.orphaned.first { digests[$0] != nil }
  }
}
