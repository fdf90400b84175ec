import Kinds
import Planning
import Resources

/// The people of the Role resources that are live; those that a push brings do not count yet.
enum LiveRoles {
  static func people(
    of names: [String], _ live: any LiveReader,
  ) throws(StoreError) -> [String: [Person]] {
    if names.isEmpty { return [:] }
    let keys = names.map { ResourceKey(kind: Kind.role.name, name: $0) }
    let contents = try live.contents(of: keys)
    var result: [String: [Person]] = [:]
    for key in keys {
      guard let spec = contents[key].flatMap(Value.init(canonical:))?["spec"] else { continue }
      result[key.name] = (spec["people"]?.array ?? []).compactMap { $0.string.flatMap(Person.init) }
    }
    return result
  }
}
