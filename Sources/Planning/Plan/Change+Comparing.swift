package import Resources

extension Change {
  /// What leads from `old` to `new`, of which at most one is nil, without fields and origin.
  ///
  /// For comparing two states that both exist; no plan has such a change.
  package init(comparing key: ResourceKey, _ old: LiveResource?, _ new: LiveResource?) {
    let isMove = old?.digest == new?.digest
    self.init(
      key: key, action: .delete, reason: .gone, risk: .low, before: old?.digest,
      after: new?.digest,
      location: new?.location ?? old?.location ?? SourceLocation(file: "", range: .start),
      fields: [], marks: new?.marks ?? old?.marks ?? .none, references: new?.references ?? [],
      claims: new?.claims ?? [])
    if new == nil { return }
    action = old == nil ? .create : isMove ? .move : .update
    reason = old == nil ? .added : isMove ? .movedFile : .edited
    if let file = old?.location.file, file != new?.location.file { previousFile = file }
  }
}
