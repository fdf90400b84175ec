internal import Glibc

/// A user of this host, with all groups.
struct HostUser: Hashable, Sendable {
  var name: String
  var id: UInt32
  var group: UInt32
  var groups: [UInt32]
  var home: String

  /// The most groups that a user may have.
  private static let groupLimit = 4096

  /// Looks up a user by name.
  init(named name: String) throws(ProbeError) {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 1 << 16)
    var status: Int32 = EINVAL
    if !name.isEmpty, !name.utf8.contains(0), name.utf8.count <= 256 {
      status = getpwnam_r(name, &entry, &buffer, buffer.count, &found)
    }
    guard found != nil else {
      let known = [0, ENOENT, ESRCH, EBADF, EPERM, EINVAL].contains(status)
      throw .unstartable(
        "there is no user \(name.debugDescription) on this host"
          + (known ? "" : ": \(SystemError(status))"))
    }
    self.name = name
    id = entry.pw_uid
    group = entry.pw_gid
    home = entry.pw_dir.map { String(cString: $0) } ?? "/"
    var count = Int32(Self.groupLimit)
    var list = [gid_t](repeating: 0, count: Self.groupLimit)
    guard getgrouplist(name, entry.pw_gid, &list, &count) >= 0 else {
      throw .unstartable("the user \(name) is in more than \(Self.groupLimit) groups")
    }
    groups = Array(list.prefix(Int(count)))
  }

  /// The name of a user, by number; the number where it has none.
  static func name(of id: UInt32) -> String {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 1 << 14)
    let status = getpwuid_r(id, &entry, &buffer, buffer.count, &found)
    guard status == 0, found != nil, let name = entry.pw_name else { return "\(id)" }
    return String(cString: name)
  }
}
