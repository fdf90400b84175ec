import Rendering
import Testing

struct PlanTextGoldenTests {
  @Test(arguments: Scenes.all.map(\.name), [80, 120, 200])
  func showsWhatTheFileShows(_ name: String, _ width: Int) throws {
    guard let scene = Scenes.all.first(where: { $0.name == name }) else { return }
    let text = PlanText(scene.screen, width: width)
    try Golden.check(text.lines(.plain), "\(name).\(width).txt")
    try Golden.check(text.lines(.colour), "\(name).\(width).ansi")
  }

  @Test(arguments: ["first-apply", "mixed", "mass-delete"], [80, 200])
  func expandsWhenVerbose(_ name: String, _ width: Int) throws {
    guard let scene = Scenes.all.first(where: { $0.name == name }) else { return }
    let text = PlanText(scene.screen, width: width, isVerbose: true)
    try Golden.check(text.lines(.plain), "\(name).verbose.\(width).txt")
  }

  @Test(arguments: [80, 120, 200])
  func showsErrorsOfAnInvalidRevision(_ width: Int) throws {
    let text = DiagnosticsText(Scenes.invalid, width: width)
    try Golden.check(text.lines(.plain), "invalid.\(width).txt")
    try Golden.check(text.lines(.colour), "invalid.\(width).ansi")
  }
}
