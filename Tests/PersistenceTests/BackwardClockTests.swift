import Engine
import Persistence
import Planning
import Resources
import TestSupport
import Testing
import Workflows

/// Times in the journal never go backwards, whatever the clock does.
struct BackwardClockTests {
  @Test func eventsBehindTheNewestGetItsTime() throws {
    let world = try World()
    let applied = try world.apply(["manifests/a.yaml": Manifest.job("a")])
    world.wall.advance(seconds: -3600)
    let later = try world.apply(["manifests/a.yaml": Manifest.job("a", timeout: "9m")])
    #expect(later.time == applied.time)
    #expect(try world.store.status().appliedAt == applied.time)
    try world.store.setSuspended(nil, actor: "cli:ana", at: world.wall.now())
    world.wall.advance(seconds: 7200)
    try world.store.setSuspended(nil, actor: "cli:ana", at: world.wall.now())
    let times = try world.store.events(JournalQuery(limit: 100)).map(\.time)
    #expect(times == times.sorted())
    #expect(times.last == world.wall.now())
    #expect(try world.store.firstBrokenEvent() == nil)
  }
}
