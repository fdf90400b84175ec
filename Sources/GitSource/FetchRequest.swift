import Engine
import Faults
import Git
import Glibc
import Resources

/// What the fetch child is told on its standard input, so that no secret stands in an argument list
/// or an environment that others can read.
package struct FetchRequest: Sendable {
  package var mirror: String
  package var url: String
  package var reference: String
  package var access: SourceAccess
  package var maximumBytes: Int
  /// The child ends itself after so long, should nobody be there any more to end it.
  package var secondsLimit: Int

  package init(
    mirror: String, url: String, reference: String, access: SourceAccess, maximumBytes: Int,
    secondsLimit: Int,
  ) {
    self.mirror = mirror
    self.url = url
    self.reference = reference
    self.access = access
    self.maximumBytes = maximumBytes
    self.secondsLimit = secondsLimit
  }

  var value: Value {
    func text(_ value: String?) -> Value { value.map { .string($0) } ?? .null }
    return [
      "mirror": .string(mirror), "url": .string(url), "reference": .string(reference),
      "maximumBytes": .integer(Int64(maximumBytes)),
      "secondsLimit": .integer(Int64(secondsLimit)), "username": text(access.username),
      "token": text(access.token), "keyFile": text(access.keyFile),
      "passphrase": text(access.passphrase), "knownHostsFile": text(access.knownHostsFile),
      "certificateFile": text(access.certificateFile),
    ]
  }

  init?(_ value: Value) {
    guard let mirror = value["mirror"]?.string, let url = value["url"]?.string,
      let reference = value["reference"]?.string, let maximum = value["maximumBytes"]?.integer,
      let seconds = value["secondsLimit"]?.integer
    else { return nil }
    self.init(
      mirror: mirror, url: url, reference: reference,
      access: SourceAccess(
        username: value["username"]?.string, token: value["token"]?.string,
        keyFile: value["keyFile"]?.string, passphrase: value["passphrase"]?.string,
        knownHostsFile: value["knownHostsFile"]?.string,
        certificateFile: value["certificateFile"]?.string),
      maximumBytes: Int(clamping: maximum), secondsLimit: Int(clamping: seconds))
  }
}

/// How to get into a remote, and whom to believe.
package struct SourceAccess: Sendable, CustomStringConvertible, CustomReflectable {
  package var username: String?
  package var token: String?
  package var keyFile: String?
  package var passphrase: String?
  package var knownHostsFile: String?
  package var certificateFile: String?

  package init(
    username: String? = nil, token: String? = nil, keyFile: String? = nil,
    passphrase: String? = nil, knownHostsFile: String? = nil, certificateFile: String? = nil,
  ) {
    self.username = username
    self.token = token
    self.keyFile = keyFile
    self.passphrase = passphrase
    self.knownHostsFile = knownHostsFile
    self.certificateFile = certificateFile
  }

  /// Says which parts there are and none of them.
  package var description: String { "SourceAccess(…)" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// The reference of the mirror that the followed one is fetched into.
package enum MirrorReference {
  package static let source = "refs/writ/source"
  package static let live = "refs/writ/live"
}

/// The child process's side of a fetch.
package enum FetchChild {
  /// Packs beyond this many are joined into one.
  private static let packLimit = 50

  /// Carries out the request that `input` holds.
  ///
  /// - Returns: one line of JSON: `{commit}` or `{code, message}`.
  package static func run(input: [UInt8]) -> [UInt8] {
    let answer: Value
    do {
      guard let request = Value(json: input).flatMap(FetchRequest.init) else {
        throw SourceError(.other, "the fetch request cannot be read")
      }
      // The alarm's default action ends the process, whatever libgit2 is waiting for.
      alarm(UInt32(clamping: max(1, request.secondsLimit)))
      answer = ["commit": .string(try fetch(request))]
    } catch {
      let error = SourceError(any: error)
      answer = ["code": .string(error.code.rawValue), "message": .string(error.message)]
    }
    return CanonicalJSON.bytes(of: answer) + [UInt8(ascii: "\n")]
  }

  private static func fetch(_ request: FetchRequest) throws(GitError) -> String {
    FaultPoint.reach(.fetchStarted)
    let access = request.access
    let lock = try MirrorLock(mirror: request.mirror)
    defer { withExtendedLifetime(lock) {} }
    let mirror = try MirrorRepository.open(request.mirror)
    FaultPoint.reach(.fetchMirrorOpened)
    let trust = Trust(
      knownHosts: try access.knownHostsFile.map { path throws(GitError) in
        try KnownHosts(contentsOf: path)
      } ?? KnownHosts(),
      certificateFile: access.certificateFile)
    let commit = try mirror.fetch(
      from: RemoteURL(request.url), reference: request.reference,
      into: MirrorReference.source,
      credentials: Credentials(
        username: access.username, privateKey: access.keyFile.map { .file($0) },
        passphrase: access.passphrase, token: access.token),
      trust: trust, maximumBytes: request.maximumBytes)
    FaultPoint.reach(.fetchReferenceMoved)
    _ = try mirror.repack(whenMoreThan: packLimit)
    return commit.description
  }
}

extension Value {
  /// Reads JSON; nil where it is not.
  init?(json bytes: [UInt8]) {
    guard let value = try? JSONReader.read(bytes) else { return nil }
    self = value
  }
}
