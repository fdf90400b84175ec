import App
import ArgumentParser
import ControlPlane
import Engine
import Planning
import Rendering
import Resources
import Signatures

/// The exit codes that scripts rely on.
extension ExitCode {
  static let error = ExitCode(1)
  static let changes = ExitCode(2)
  static let blocked = ExitCode(3)
  static let stale = ExitCode(4)
  static let unverified = ExitCode(5)
}

/// The source is not signed as the settings ask.
struct UnverifiedSource: Error {
  var verification: SourceVerification
  /// What a program reads; nil where nobody asked for it.
  var document: Value?
  /// The lines of a format for reviewers; nil where nobody asked for one.
  var lines: [String]?
}

/// Runs `body`, and turns what it throws into words on standard error and an exit code.
func reportingErrors<Result>(_ body: () async throws -> Result) async throws -> Result {
  do {
    return try await body()
  } catch let error as SourceError {
    fail(error.message, error.hint)
    throw error.code == .usage ? ExitCode(64) : ExitCode.error
  } catch let error as StoreError {
    fail(error.message, error.hint)
    switch error.code {
    case .stale: throw ExitCode.stale
    case .blocked: throw ExitCode.blocked
    default: throw ExitCode.error
    }
  } catch let error as UnverifiedSource {
    if let document = error.document { Terminal.writeJSON(document) }
    if let lines = error.lines { Terminal.write(lines: lines) }
    Terminal.writeError(lines: VerificationText.lines(error.verification))
    throw ExitCode.unverified
  } catch let error as ControlPlaneError {
    fail(error.message, error.hint)
    throw ExitCode.error
  } catch let error as SettingsError {
    Terminal.writeError(
      lines: DiagnosticsText(error.diagnostics, width: Terminal.errorWidth).lines(
        Terminal.errorStyle))
    fail(error.message, error.hint)
    throw ExitCode(64)
  } catch let error as BreakGlassEdit.Failure {
    switch error {
    case .notLive(let key): fail("\(key) is not live", "see what is: writ get \(key.kind)")
    case .unchanged(let key): fail("\(key) is like that already; nothing was changed", nil)
    case .invalid(let diagnostics):
      Terminal.writeError(
        lines: DiagnosticsText(diagnostics, width: Terminal.errorWidth).lines(
          Terminal.errorStyle))
      fail("the edit is not valid; nothing was changed", nil)
    }
    throw ExitCode.error
  } catch let error as Rollback.Failure {
    switch error {
    case .noSuchState(let words): fail(words, "see what there was: writ history")
    case .alreadyThere(let applied):
      fail("the live state is that of \(applied.revision.prefix(12)) already", nil)
    }
    throw ExitCode.error
  }
}

private func fail(_ message: String, _ hint: String?) {
  Terminal.writeError("writ: \(TextLayout.escaped(message))")
  if let hint { Terminal.writeError("    \(TextLayout.escaped(hint))") }
}
