import Kinds
import Resources

/// All who judge changes one by one, in the order of the policies; found by what they are about.
struct PolicyJudges: Sendable {
  /// Some of the policies.
  enum Part: Hashable, Sendable {
    case all
    /// Those that can judge a change before there is a plan.
    case early
    case late
  }

  /// What one policy says of a change.
  struct Verdict: Sendable {
    /// Its place among the policies about single changes.
    var policy: Int
    var violations: [CompiledPolicy.Violation]
  }

  /// What decides first of all which policies are about a change.
  private struct Sort: Hashable {
    var kind: String
    var action: String
    var part: Part
  }

  /// More changes are not tried to find the first that a policy is about.
  static let trialLimit = 64

  private var judges: [PolicyJudge]
  private let isEarly: [Bool]
  private var places: [Sort: [Int]] = [:]

  /// - Parameter first: the first change that a policy is about, if it is to judge one before all
  ///   others, so that what is the same for all changes is not worked out by each copy of this.
  init(
    _ policies: [CompiledPolicy], _ surroundings: PolicySurroundings, _ spread: any Spread,
    first: @Sendable (CompiledPolicy) -> PolicyFacts?,
  ) {
    judges = spread.map(policies.count) { number in
      var judge = PolicyJudge(policies[number], surroundings)
      if judge.keepsValues, let facts = first(policies[number]) { _ = judge.violations(facts) }
      return judge
    }
    isEarly = policies.map(EarlyReview.judges)
  }

  /// Whether any policy of `part` is about changes of that sort, some of them at least.
  mutating func areAbout(kind: String, action: Change.Action, _ part: Part) -> Bool {
    !places(Sort(kind: kind, action: action.rawValue, part: part)).isEmpty
  }

  /// What the policies of `part` say of a change; those that have nothing to say are left out.
  mutating func verdicts(_ facts: PolicyFacts, _ part: Part) -> [Verdict] {
    var verdicts: [Verdict] = []
    let sort = Sort(kind: facts.change.key.kind, action: facts.change.action, part: part)
    for place in places(sort)
    where !judges[place].policy.match.isNarrow
      || judges[place].policy.match.covers(facts.change)
    {
      let violations = judges[place].violations(facts)
      if !violations.isEmpty { verdicts.append(Verdict(policy: place, violations: violations)) }
    }
    return verdicts
  }

  private mutating func places(_ sort: Sort) -> [Int] {
    if let known = places[sort] { return known }
    let found = judges.indices.filter { place in
      (sort.part == .all || isEarly[place] == (sort.part == .early))
        && judges[place].policy.match.covers(kind: sort.kind, action: sort.action)
    }
    places[sort] = found
    return found
  }
}
