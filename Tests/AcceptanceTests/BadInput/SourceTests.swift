import Foundation
import Testing

/// Repositories that cannot be read: each with words that say what to do, and nothing changed.
@Suite(.bounded) struct SourceTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    /// Makes what `--repo` names below the sandbox.
    var script: String
    var arguments: [String] = []
    /// What plan must say, and what the loop, which fetches, must say.
    var planWords: [String]
    var fetchWords: [String]
    /// What a fetch should say and does not yet.
    var unclear: String?

    var testDescription: String { name }
  }

  private static let repository = """
    git init -q -b main repo; mkdir repo/manifests
    printf 'apiVersion: writ/v1\\nkind: Job\\nmetadata: {name: alpha}\\nspec: {action: {exec: {argv: [/bin/true]}}}\\n' > repo/manifests/alpha.yaml
    git -C repo add -A; git -C repo commit -qm first

    """

  static let cases = [
    Case(
      name: "nothing there", script: "true", planWords: ["no such folder", "check the path"],
      fetchWords: ["no such folder"]),
    Case(
      name: "a folder that is no repository", script: "mkdir repo",
      planWords: ["not a Git repository", "correct the path"],
      fetchWords: ["not a Git repository"]),
    Case(
      name: "a file", script: "echo text > repo", planWords: ["a file, not a repository"],
      fetchWords: ["a file, not a repository"]),
    Case(
      name: "an empty bare repository", script: "git init -q --bare repo",
      planWords: ["no commit", "commit something first"],
      fetchWords: ["no commit", "push one first"]),
    Case(
      name: "a work tree without a commit", script: "git init -q repo",
      planWords: ["no commit", "commit something first"],
      fetchWords: ["no commit", "push one first"]),
    Case(
      name: "a HEAD that names no branch",
      script: repository
        + "git clone -q --bare repo x; rm -r repo; mv x repo; echo 'ref: refs/heads/gone' > repo/HEAD",
      planWords: ["no commit on the current branch"],
      fetchWords: ["HEAD names a branch that does not exist", "name a branch"]),
    Case(
      name: "a repository without HEAD",
      script: repository + "git clone -q --bare repo x; rm -r repo; mv x repo; rm repo/HEAD",
      planWords: ["not a Git repository"], fetchWords: ["not a Git repository"]),
    Case(
      name: "an unknown branch", script: repository, arguments: ["--ref", "mian"],
      planWords: ["no branch, tag or commit", "did you mean main?"],
      fetchWords: ["no branch or tag mian", "did you mean main?"]),
    Case(
      name: "a sha256 repository",
      script:
        "git init -q --object-format=sha256 repo; cd repo; echo a > a; git add a; git commit -qm a",
      planWords: ["sha256", "--object-format=sha1"], fetchWords: ["sha256"]),
    Case(
      name: "a damaged manifest object",
      script: repository
        + """
        id=$(git -C repo rev-parse HEAD:manifests/alpha.yaml)
        file=repo/.git/objects/$(echo $id | cut -c1-2)/$(echo $id | cut -c3-)
        chmod 644 $file; printf garbage > $file
        """,
      planWords: ["damaged", "git fsck"], fetchWords: ["damaged", "git fsck"]),
    Case(
      name: "a damaged commit",
      script: repository
        + """
        id=$(git -C repo rev-parse HEAD)
        file=repo/.git/objects/$(echo $id | cut -c1-2)/$(echo $id | cut -c3-)
        chmod 644 $file; printf garbage > $file
        """,
      planWords: ["damaged", "git fsck"], fetchWords: ["inflate"],
      unclear: "git fsck"),
    Case(
      name: "a missing manifest object",
      script: repository
        + """
        id=$(git -C repo rev-parse HEAD:manifests/alpha.yaml)
        rm -f repo/.git/objects/$(echo $id | cut -c1-2)/$(echo $id | cut -c3-)
        """,
      planWords: ["is not in", "git fsck"], fetchWords: ["object not found"],
      unclear: "git fsck"),
  ]

  @Test(arguments: cases) func planSaysWhatToDo(_ example: Case) async throws {
    try await Sandbox.with { box in
      try await box.shell(example.script)
      let repo = ["--repo", box.path + "/repo"] + example.arguments
      let plan = try await box.writ(["plan"] + repo)
      #expect(plan.code == 1, "\(plan)")
      #expect(plan.output == "")
      for words in example.planWords { #expect(plan.error.contains(words), "\(plan)") }
      let apply = try await box.writ(["apply", "--yes"] + repo)
      #expect(apply.code == 1, "\(apply)")
      #expect(!box.exists("data"), "neither plan nor apply leaves a data directory")
    }
  }

  @Test(arguments: cases) func theLoopSaysWhatToDoAndKeepsTheLiveState(_ example: Case) async throws
  {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try await box.writ("reconcile", "--repo", upstream.bare)
      let before = try await box.liveState()
      try await box.shell(example.script)
      let outcome = try await box.writ(
        ["reconcile", "--repo", box.path + "/repo"] + example.arguments)
      #expect(outcome.code == 1, "\(outcome)")
      #expect(outcome.output == "")
      for words in example.fetchWords { #expect(outcome.error.contains(words), "\(outcome)") }
      if let words = example.unclear {
        #expect(outcome.error.contains(words), "\(outcome)")
      }
      #expect(try await box.liveState() == before)
      // The mirror is still good for the right repository.
      let again = try await box.writ("reconcile", "--repo", upstream.bare)
      #expect(again.code == 0, "\(again)")
    }
  }

  @Test func aPartialCloneSaysWhatIsMissing() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try await box.shell(
        """
        git -C '\(upstream.bare)' config uploadpack.allowFilter true
        git clone -q --bare --filter=blob:none 'file://\(upstream.bare)' partial.git
        """)
      let plan = try await box.writ("plan", "--repo", box.path + "/partial.git")
      #expect(plan.code == 1, "\(plan)")
      #expect(plan.error.contains("partial clone") && plan.error.contains("--filter"), "\(plan)")
    }
  }

  @Test func aRepositoryOfSomebodyElseIsRefused() async throws {
    guard Program.isRoot else {
      note("skipped: only root can make a repository of somebody else")
      return
    }
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try await box.shell("chown -R 65534 '\(upstream.bare)'")
      let plan = try await box.writ("plan", "--repo", upstream.bare)
      #expect(plan.code == 1, "\(plan)")
      #expect(
        plan.error.contains("belongs to user 65534") && plan.error.contains("chown"), "\(plan)")
    }
  }

  @Test func aLinkOrSubmoduleBelowARootIsRefusedWithItsPath() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try await box.shell(
        """
        ln -s /etc/passwd manifests/link.yaml
        mkdir manifests/module
        git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),manifests/module
        """, directory: upstream.clone)
      try await upstream.push("odd entries")
      let plan = try await box.writ("plan", "--repo", upstream.bare)
      #expect(plan.code == 1, "\(plan)")
      #expect(plan.error.contains("manifests/link.yaml") && plan.error.contains("symbolic link"))
      #expect(
        plan.error.contains("manifests/module") && plan.error.contains("submodule"), "\(plan)")
    }
  }
}
