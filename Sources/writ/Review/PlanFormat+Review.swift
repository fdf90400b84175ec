import Rendering
import Resources

extension PlanFormat {
  /// What a format for reviewers and their tools shows; nil for text and JSON, which others write.
  func lines(of review: Review) -> [String]? {
    switch self {
    case .text, .json: nil
    case .jsonl: ReviewLines.lines(review)
    case .markdown: ReviewMarkdown(review).lines()
    case .sarif: [CanonicalJSON.text(of: ReviewSARIF.value(review, version: Version.text))]
    case .junit: ReviewJUnit.lines(review)
    case .github: ReviewGitHub.lines(review)
    case .gitlab: [CanonicalJSON.text(of: ReviewGitLab.value(review))]
    }
  }
}
