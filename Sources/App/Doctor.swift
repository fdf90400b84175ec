import ControlPlane
package import Engine
import Git
import GitSource
import Glibc
import Persistence
import Planning
import Resources
import Signatures
import YAML

/// Everything that `writ doctor` looks at; it reads only.
package struct Doctor: Sendable {
  private let workspace: Workspace
  private var data: DataDirectory { workspace.data }

  package init(workspace: Workspace) { self.workspace = workspace }

  /// - Parameter isDeep: reads every page of the database, the whole journal and all rows.
  package func run(isDeep: Bool) async -> [CheckResult] {
    var results = DirectoryCheckup(data).run()
    if data.hasDatabase {
      results += DatabaseCheckup(data, now: workspace.wall.now()).run(isDeep: isDeep)
    } else {
      results.append(
        CheckResult(
          "database", .warning, "there is none yet in \(data.path)",
          hint: "writ plan, then writ apply"))
    }
    results += [backups(), server(), clock()]
    results += libraries()
    results.append(timeZones())
    if let signatures = signatures() { results.append(signatures) }
    results.append(source())
    return results
  }

  // MARK: What was kept

  /// A newest backup that is older than that is worth a word.
  private static let backupAgeLimit: Int64 = 8 * 86_400 * 1_000_000_000

  private func backups() -> CheckResult {
    let entries = data.backups.entries()
    guard let newest = entries.first else {
      return CheckResult(
        "backups", data.hasDatabase ? .warning : .ok, "there is none in \(data.backups.path)",
        hint: data.hasDatabase ? "writ backup" : nil)
    }
    let words =
      "\(entries.count), the newest of \(newest.time), \(ByteSize(newest.size).approximate)"
    let age = workspace.wall.now().nanoseconds - newest.time.nanoseconds
    return age > Self.backupAgeLimit
      ? CheckResult("backups", .warning, "\(words): more than a week old", hint: "writ backup")
      : CheckResult("backups", .ok, words)
  }

  private func server() -> CheckResult {
    do throws(StoreError) {
      guard let server = try workspace.runningServer() else {
        return CheckResult("server", .ok, "none runs on this data directory")
      }
      return CheckResult("server", .ok, "process \(server.processID) at \(server.address)")
    } catch {
      return CheckResult("server", .failure, error.message, hint: error.hint)
    }
  }

  // MARK: The machine

  private func clock() -> CheckResult {
    let now = workspace.wall.now()
    var program = stat()
    stat(Workspace.executablePath, &program)
    let build = Timestamp(nanoseconds: Int64(program.st_mtim.tv_sec) * 1_000_000_000)
    return now < build
      ? CheckResult(
        "clock and build", .failure, "\(now) is before this version was made, \(build)",
        hint: "set the clock: timedatectl set-ntp true")
      : CheckResult("clock and build", .ok, "\(now), after this version was made")
  }

  private func libraries() -> [CheckResult] {
    let features = LibGit2.features
    let missing = ["https", "ssh", "threads"].filter { !features.contains($0) }
    let words = "\(LibGit2.version) with \(features.joined(separator: ", "))"
    let isOld = LibGit2.version.hasPrefix("1.5.") || LibGit2.version.hasPrefix("1.6.")
    let limits =
      isOld
      ? "; it has no timeouts of its own (fetches run in a child process with a deadline) and offers no rsa-sha2 signatures (use an ed25519 key)"
      : ""
    return [
      missing.isEmpty
        ? CheckResult("libgit2", .ok, words + limits)
        : CheckResult(
          "libgit2", missing == ["threads"] ? .failure : .warning,
          "\(words); without \(missing.joined(separator: ", "))", hint: "install libgit2-1.5"),
      CheckResult("libyaml", .ok, YAMLReader.libraryVersion),
    ]
  }

  private func timeZones() -> CheckResult {
    // In winter, where Berlin is an hour east.
    ZoneOffsets.offset("Europe/Berlin", 1_767_614_400) == 3600
      ? CheckResult("time zones", .ok, "tzdata is there")
      : CheckResult(
        "time zones", .failure, "tzdata is missing: every zone would be taken for UTC",
        hint: "apt-get install tzdata")
  }

  // MARK: The source

  /// Whether signatures can be judged; nil where nobody asks for any.
  private func signatures() -> CheckResult? {
    let verify = workspace.settings.verify
    guard verify.mode != .off else { return nil }
    let name = "signatures"
    do throws(SettingsError) {
      try workspace.trust()
    } catch {
      let first = error.diagnostics.first.map { "; the first: \($0.location): \($0.message)" } ?? ""
      return CheckResult(name, .failure, error.message + first, hint: error.hint)
    }
    let words = "verify: \(verify.mode.rawValue); the keys can be read"
    // SSH signatures need no program.
    guard verify.gpgKeyring != nil else { return CheckResult(name, .ok, words) }
    do throws(SourceError) {
      return CheckResult(name, .ok, "\(words), and \(try verify.findGPG()) is there")
    } catch {
      return CheckResult(name, .failure, error.message, hint: error.hint)
    }
  }

  private func source() -> CheckResult {
    let name = "source"
    do {
      guard let status = try workspace.readStore()?.status(), let live = status.live.revision else {
        return CheckResult(name, .ok, "nothing is live yet")
      }
      let source = try workspace.objects(liveRoots: status.roots)
      guard source.contains(live) else {
        return CheckResult(
          name, .warning,
          "the live revision \(live.prefix(12)) is not in the repository that is at hand here",
          hint:
            "name it with --repo; if it was rewritten upstream, the next plan says so: writ plan")
      }
      let words = "it holds the live revision \(live.prefix(12))"
      let newest = source.origin.time
      let ahead = newest.nanoseconds - workspace.wall.now().nanoseconds
      return ahead > 3600 * 1_000_000_000
        ? CheckResult(
          name, .warning,
          "\(words), and its newest commit is \(ahead / 3_600_000_000_000) h ahead of this clock",
          hint: "set the clock, here or where the commit was made")
        : CheckResult(name, .ok, words)
    } catch let error as SourceError {
      return CheckResult(name, .warning, error.message, hint: error.hint)
    } catch let error as StoreError {
      return CheckResult(name, .warning, "not looked at: \(error.message)", hint: error.hint)
    } catch {
      return CheckResult(name, .warning, "\(error)")
    }
  }
}
