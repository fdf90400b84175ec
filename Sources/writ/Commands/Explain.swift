import App
import ArgumentParser
import Engine
import GitSource
import Glibc
import Persistence
import Planning
import Rendering
import Resources

/// The command `writ explain`.
struct Explain: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say why something is live, or why it is not, in sentences.",
    discussion: """
      writ explain Job/db-backup     which line of which commit made it so, and what let it pass
      writ explain 9f3c2b7e6d5c      what became of a revision, or of a plan
      writ explain release.plan      what became, or would become, of a saved plan
      writ explain --why-not         the first thing that keeps the head from being live

      Ends with 0 whenever it could answer, also where something is stopped: writ plan and writ
      reconcile end with 3 then. Other exit codes: 1 error, 64 usage.
      """)

  @Argument(help: "Kind/name, a revision, the digest of a plan, or a saved plan.")
  var what: String?

  @Flag(name: .long, help: "Name the first gate that stops it, and the command that clears it.")
  var whyNot = false

  @OptionGroup var source: SourceOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if what == nil, !whyNot { throw ValidationError("name something, or ask --why-not") }
  }

  func run() async throws {
    try await reportingErrors {
      let workspace = try source.workspace(common)
      let store = try workspace.existingStore()
      let answer = try await whyNot ? whyNot(workspace, store) : why(workspace, store)
      switch output.format {
      case .json: Terminal.writeJSON(answer.value)
      case .text:
        Terminal.write(lines: answer.lines(width: Terminal.width, style: Terminal.outputStyle))
      }
    }
  }

  private func why(_ workspace: Workspace, _ store: Store) async throws -> Explanation {
    let what = what ?? ""
    if let key = try resource(what, workspace) {
      return try ExplainResource(workspace: workspace, store: store).explanation(of: key)
    }
    let state = ExplainState(workspace: workspace, store: store)
    if access(what, F_OK) == 0 {
      let bytes = try FileText.bytes(what, limit: PlanFile.maximumBytes)
      let plan: Plan
      do throws(PlanFile.Problem) {
        plan = try PlanFile(reading: bytes).plan
      } catch {
        throw StoreError(
          .other, PlanFileText.words(error, what), hint: "make a new one: writ plan --out FILE")
      }
      return try state.explanation(of: plan)
    }
    if Self.isDigits(what), let answer = try state.explanation(ofDigits: what) { return answer }
    let id = try await revision(what, workspace, store)
    if let answer = try state.explanation(ofDigits: id) { return answer }
    return try await WhyNot(workspace: workspace, store: store).explanation(of: .revision(id))
  }

  private func whyNot(_ workspace: Workspace, _ store: Store) async throws -> Explanation {
    let judge = WhyNot(workspace: workspace, store: store)
    guard let what else { return try await judge.explanation(of: .head) }
    if let key = try resource(what, workspace) {
      return try await judge.explanation(of: .resource(key))
    }
    return try await judge.explanation(of: .revision(revision(what, workspace, store)))
  }

  /// The full id of a revision; that of one whose objects are gone is known from its apply.
  private func revision(
    _ what: String, _ workspace: Workspace, _ store: Store,
  ) async throws -> String {
    do {
      return try await workspace.revision(what, liveRoots: store.status().roots).revision
    } catch let error as SourceError where error.code == .unknownReference {
      throw StoreError(
        .notFound,
        "\"\(what)\" is no resource, no file, no plan that was applied, and no revision",
        hint: error.hint ?? "see what there was: writ history; what is live: writ get")
    }
  }

  /// The resource that is meant; nil for a word that names no kind or has no slash.
  private func resource(_ what: String, _ workspace: Workspace) throws -> ResourceKey? {
    guard what.contains("/"), access(what, F_OK) != 0 else { return nil }
    return try ResourceSelection(what, workspace.registry).single(what)
  }

  private static func isDigits(_ text: String) -> Bool {
    (7...64).contains(text.utf8.count) && text.allSatisfy(\.isHexDigit)
  }
}
