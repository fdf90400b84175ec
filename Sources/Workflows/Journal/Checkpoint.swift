import Planning
package import Resources

/// What stands for the part of the journal that was dropped: where it ended, what the state was
/// there, and a signature over both.
package struct Checkpoint: Hashable, Sendable {
  package static let formatVersion: Int64 = 1

  /// The last event that was dropped, when it was written, and its hash.
  package var sequence: Int64
  package var time: Timestamp
  package var hash: Digest
  /// When the checkpoint was made.
  package var madeAt: Timestamp
  /// A hash over the chain of the checkpoint before and `hash`, so that none can be taken out.
  package var chain: Digest
  /// The root of the state after the last dropped event.
  package var stateRoot: Digest
  /// The SHA-256 of the snapshot's bytes.
  package var snapshotDigest: Digest
  /// Where the dropped events were exported to; nil where nobody asked for that.
  package var exportPath: String?
  /// 32 bytes of Ed25519.
  package var publicKey: [UInt8]
  /// 64 bytes of Ed25519, over `signedBytes`.
  package var signature: [UInt8]

  package init(
    sequence: Int64, time: Timestamp, hash: Digest, madeAt: Timestamp, chain: Digest,
    stateRoot: Digest, snapshotDigest: Digest, exportPath: String?, publicKey: [UInt8],
    signature: [UInt8],
  ) {
    self.sequence = sequence
    self.time = time
    self.hash = hash
    self.madeAt = madeAt
    self.chain = chain
    self.stateRoot = stateRoot
    self.snapshotDigest = snapshotDigest
    self.exportPath = exportPath
    self.publicKey = publicKey
    self.signature = signature
  }

  /// The chain hash of a checkpoint at `hash` that comes after one with the chain `previous`.
  package static func chain(after previous: Digest, hash: Digest) -> Digest {
    Digest(of: previous.bytes + hash.bytes)
  }

  /// Everything but the signature, as canonical JSON.
  package var signedBytes: [UInt8] { CanonicalJSON.bytes(of: .sorted(members)) }

  private var members: [Value.Member] {
    [
      .init("chain", .string(chain.description)),
      .init("export", exportPath.map { .string($0) } ?? .null),
      .init("formatVersion", .integer(Self.formatVersion)),
      .init("hash", .string(hash.description)), .init("madeAt", .integer(madeAt.nanoseconds)),
      .init("publicKey", .string(Hex.text(of: publicKey))),
      .init("sequence", .integer(sequence)),
      .init("snapshot", .string(snapshotDigest.description)),
      .init("stateRoot", .string(stateRoot.description)),
      .init("time", .integer(time.nanoseconds)),
    ]
  }

  /// The checkpoint as a value, with its signature.
  package var value: Value {
    .sorted(members + [.init("signature", .string(Hex.text(of: signature)))])
  }

  /// Reads what `value` wrote; nil for another form.
  package init?(_ value: Value) {
    func digest(_ key: String) -> Digest? { value[key]?.string.flatMap { Digest(hex: $0) } }
    func bytes(_ key: String) -> [UInt8]? { value[key]?.string.flatMap { Hex.bytes(of: $0) } }
    guard value["formatVersion"]?.integer == Self.formatVersion,
      let sequence = value["sequence"]?.integer, let time = value["time"]?.integer,
      let madeAt = value["madeAt"]?.integer, let hash = digest("hash"), let chain = digest("chain"),
      let stateRoot = digest("stateRoot"), let snapshot = digest("snapshot"),
      let publicKey = bytes("publicKey"), let signature = bytes("signature")
    else { return nil }
    self.init(
      sequence: sequence, time: Timestamp(nanoseconds: time), hash: hash,
      madeAt: Timestamp(nanoseconds: madeAt), chain: chain, stateRoot: stateRoot,
      snapshotDigest: snapshot, exportPath: value["export"]?.string, publicKey: publicKey,
      signature: signature)
  }
}
