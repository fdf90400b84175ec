internal import Actions
internal import Glibc

/// Resolves secrets at the start of a run; no message of it has a value.
struct SecretReader: Sendable {
  /// How long a secret may be.
  static let limit = 64 << 10

  /// The probe's own environment.
  var environment: @Sendable (String) -> String?

  /// The values by the variable that the process gets them under.
  func resolve(_ secrets: [String: SecretSource]) throws(ProbeError) -> [String: String] {
    var values: [String: String] = [:]
    for (variable, source) in secrets.sorted(by: { $0.key < $1.key }) {
      let bytes =
        switch source {
        case .environment(let name): try fromEnvironment(name, variable)
        case .file(let path): try fromFile(path, variable)
        }
      guard !bytes.contains(0) else {
        throw .unstartable("\(Self.title(variable, source)) has a NUL byte in it")
      }
      guard let value = String(validating: bytes, as: UTF8.self) else {
        throw .unstartable("\(Self.title(variable, source)) is not UTF-8 text")
      }
      values[variable] = value
    }
    return values
  }

  private func fromEnvironment(_ name: String, _ variable: String) throws(ProbeError) -> [UInt8] {
    let title = Self.title(variable, .environment(name))
    guard let value = environment(name) else {
      throw .unstartable("\(title) is not set in the environment of the probe")
    }
    guard value.utf8.count <= Self.limit else { throw .unstartable(Self.tooLong(title)) }
    return Array(value.utf8)
  }

  private func fromFile(_ path: String, _ variable: String) throws(ProbeError) -> [UInt8] {
    let title = Self.title(variable, .file(path))
    guard path.hasPrefix("/") else { throw .unstartable("\(title) is not an absolute path") }
    var content: [UInt8]
    do throws(ProbeError) {
      let file = try OpenedFile(path)
      content = try file.read(limit: Self.limit + 2)
    } catch {
      throw .unstartable("\(title) cannot be read: \(error)")
    }
    if content.last == UInt8(ascii: "\n") { content.removeLast() }
    guard content.count <= Self.limit else { throw .unstartable(Self.tooLong(title)) }
    return content
  }

  private static func title(_ variable: String, _ source: SecretSource) -> String {
    switch source {
    case .environment(let name): "the secret \(variable) (env: \(name))"
    case .file(let path): "the secret \(variable) (file: \(path))"
    }
  }

  private static func tooLong(_ title: String) -> String {
    "\(title) is longer than \(limit) bytes"
  }
}
