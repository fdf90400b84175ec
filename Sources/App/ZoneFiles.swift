internal import Glibc
internal import Synchronization
package import TimeZones

/// The time zones of this machine: compiled files below a folder, each read once.
package final class ZoneFiles: Sendable {
  private let folder: String
  private let zones = Mutex<[String: Zone]>([:])
  /// A process names few zones; there are about 600 of them.
  private static let cacheLimit = 1024

  /// Files below `folder`; without one below `TZDIR`, or else `/usr/share/zoneinfo`.
  package init(folder: String? = nil) {
    let named = folder ?? getenv("TZDIR").map { String(cString: $0) } ?? ""
    self.folder = named.hasPrefix("/") ? named : "/usr/share/zoneinfo"
  }

  /// The zone with this name.
  ///
  /// Once read it stays the same, whatever happens to the file.
  package func zone(_ name: String) throws(SettingsError) -> Zone {
    if let zone = zones.withLock({ $0[name] }) { return zone }
    guard ZoneName.isPlain(name) else {
      throw SettingsError("\"\(name.prefix(64))\" does not name a time zone")
    }
    let zone = try read(name)
    zones.withLock { zones in
      if zones.count >= Self.cacheLimit { zones = [:] }
      zones[name] = zone
    }
    return zone
  }

  /// The release of the database, such as `2025b`; nil where it does not say.
  package func release() -> String? {
    // Two forms: the text of all rules begins with it, or it stands in a file of its own.
    if let line = firstLine("tzdata.zi") {
      let prefix = "# version "
      if line.hasPrefix(prefix) { return String(line.dropFirst(prefix.count).prefix(32)) }
    }
    return firstLine("+VERSION").map { String($0.prefix(32)) }
  }

  private func read(_ name: String) throws(SettingsError) -> Zone {
    let path = "\(folder)/\(name)"
    let bytes: [UInt8]
    do throws(SettingsError) {
      bytes = try FileText.bytes(path, limit: Zone.Limit.bytes)
    } catch  where name == "UTC" {
      // Whatever is installed, this one needs no file.
      return .utc
    } catch {
      throw SettingsError("there is no time zone \(name): \(error)", hint: "is tzdata installed?")
    }
    do throws(ZoneError) {
      return try Zone(name: name, tzif: bytes)
    } catch {
      throw SettingsError("\(path) is no time zone: \(error)")
    }
  }

  private func firstLine(_ name: String) -> String? {
    let limit = 4_194_304
    guard let bytes = try? FileText.bytes("\(folder)/\(name)", limit: limit) else { return nil }
    let line = bytes.prefix(256).prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
  }
}
