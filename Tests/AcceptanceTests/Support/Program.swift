import Foundation

/// The programs that the tests start.
enum Program {
  /// The binary under test: `WRIT`, else the one beside this test bundle, else the debug build of
  /// this package.
  static let writ: String = {
    var candidates: [String] = []
    if let named = ProcessInfo.processInfo.environment["WRIT"] { candidates.append(named) }
    let own = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    candidates.append(own.appending(path: "writ").path)
    candidates.append(packageRoot + "/.build/debug/writ")
    return candidates.first { FileManager.default.isExecutableFile(atPath: $0) }
      ?? candidates[candidates.count - 1]
  }()

  /// The folder of Package.swift, also where this folder is reached through a symbolic link.
  static let packageRoot: String = {
    URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
  }()

  static let openssl = "openssl"
  /// The system's own: a version switcher in front of it would look for its files in HOME.
  static let python = existing("/usr/bin/python3") ?? "python3"
  static let sshServer = existing("/usr/sbin/sshd")
  static let setpriv = existing("/usr/bin/setpriv")

  static var isRoot: Bool { geteuid() == 0 }

  private static func existing(_ path: String) -> String? {
    FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }
}
