// swift-tools-version: 6.2
import PackageDescription

// The house of docs/ARCHITECTURE.md: a target sees only what stands in its line here, so the
// compiler keeps the walls. Arrows point down only.

let argumentParser: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient: Target.Dependency = .product(
  name: "AsyncHTTPClient", package: "async-http-client")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let database: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let databaseC: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let lifecycle: Target.Dependency = .product(
  name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let unixSignals: Target.Dependency = .product(
  name: "UnixSignals", package: "swift-service-lifecycle")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")

let package = Package(
  name: "writ",
  products: [.executable(name: "writ", targets: ["writ"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
  ],
  targets: [
    // MARK: C in its cage
    /// libgit2, as pkg-config finds it.
    .systemLibrary(
      name: "CGit2", pkgConfig: "libgit2", providers: [.apt(["libgit2-dev"])]),
    /// libyaml, as pkg-config finds it.
    .systemLibrary(
      name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    /// The part of the C library's malloc.h that Swift's module of it leaves out.
    .systemLibrary(name: "CMalloc"),
    /// Waiting for a process without reaping it, with what it used.
    .systemLibrary(name: "CProcess"),
    /// Repositories without a checkout; the only place with libgit2's pointers.
    .target(name: "Git", dependencies: ["CGit2", "Faults"]),
    /// Text to located trees; the only place with libyaml's pointers.
    .target(name: "YAML", dependencies: ["CYAML", "Resources"]),

    // MARK: Proof
    /// Named places at which a test kills the program; nothing in a release build.
    .target(name: "Faults"),

    // MARK: Pure
    /// Manifests, resources, shapes, canonical form, diagnostics.
    .target(name: "Resources", dependencies: [crypto]),
    /// The clocks of places, from compiled tzdata; calendar arithmetic.
    .target(name: "TimeZones"),
    /// Cron expressions, and when they fire.
    .target(name: "Cron", dependencies: ["TimeZones"]),
    /// What runs do on probes, as values: actions, their results, what a command may do.
    .target(name: "Actions"),
    /// The Common Expression Language.
    .target(name: "CEL"),
    /// One folder for each kind of resource.
    .target(name: "Kinds", dependencies: ["CEL", "Cron", "Resources", "TimeZones"]),
    /// The planner, guards, policies, verdicts, the state tree.
    .target(
      name: "Planning", dependencies: ["CEL", "Cron", "Kinds", "Resources", "TimeZones"]),
    /// Journal events, and the machines of runs and schedules; later those of packs.
    .target(
      name: "Workflows",
      dependencies: ["Actions", "Cron", "Planning", "Resources", "TimeZones", crypto]),
    /// Plans, diagnostics and tables as text and JSON.
    .target(name: "Rendering", dependencies: ["Planning", "Resources", "Signatures"]),

    /// Who signed a commit, whether that holds, and whether it may do what it does.
    .target(name: "Signatures", dependencies: ["Resources", crypto, cryptoExtras]),

    // MARK: Over time
    /// Ports, and what lives over time: the reconciler, the outbox.
    .target(
      name: "Engine",
      dependencies: [
        "Actions", "CEL", "Cron", "Faults", "Kinds", "Planning", "Resources", "Signatures",
        "TimeZones", "Workflows", logging,
      ]),

    // MARK: Adapters, which never import each other
    /// Revisions and work trees as manifests.
    .target(
      name: "GitSource",
      dependencies: [
        "Engine", "Faults", "Git", "Planning", "Resources", "Signatures", "YAML", subprocess,
      ]),
    /// SQLite; all SQL.
    .target(
      name: "Persistence",
      dependencies: [
        "Actions", "Engine", "Faults", "Planning", "Resources", "Signatures", "Workflows", database,
        databaseC,
      ],
      resources: [
        .embedInCode("Migrations/v0001_initial.sql"),
        .embedInCode("Migrations/v0002_provenance.sql"),
        .embedInCode("Migrations/v0003_drift.sql"),
        .embedInCode("Migrations/v0004_health.sql"),
        .embedInCode("Migrations/v0005_verification.sql"),
        .embedInCode("Migrations/v0006_checkpoint.sql"),
        .embedInCode("Migrations/v0007_approval.sql"),
        .embedInCode("Migrations/v0008_runs.sql"),
      ]),

    /// HTTP in: hooks, health, the control of a running server.
    .target(
      name: "ControlPlane",
      dependencies: [
        "Engine", "Planning", "Rendering", "Resources", "Signatures", "Workflows", crypto,
        hummingbird, lifecycle, logging,
      ]),
    /// HTTP out: announcements, and talking to a running server.
    .target(
      name: "Integrations",
      dependencies: [
        "Engine", "Planning", "Resources", "Workflows", asyncHTTPClient, crypto, logging,
      ]),

    /// The probe: what carries out actions on a host.
    .target(
      name: "Agent", dependencies: ["Actions", "CProcess", crypto]),

    // MARK: Programs
    /// The composition root: settings in, running services out.
    .target(
      name: "App",
      dependencies: [
        "Actions", "Agent", "CMalloc", "ControlPlane", "Cron", "Engine", "Faults", "Git",
        "GitSource", "Integrations",
        "Kinds", "Persistence", "Planning", "Resources", "Signatures", "TimeZones", "Workflows",
        "YAML", lifecycle, logging, subprocess, unixSignals,
      ]),
    /// The command line: arguments, output, exit codes.
    .executableTarget(
      name: "writ",
      dependencies: [
        "Actions", "App", "CEL", "ControlPlane", "Cron", "Engine", "Faults", "GitSource", "Kinds",
        "Persistence", "Planning", "Rendering", "Resources", "Signatures", "TimeZones",
        "Workflows", argumentParser, logging,
      ]),

    // MARK: Tests
    /// Real repositories, clocks and generators for tests.
    .target(
      name: "TestSupport",
      dependencies: [
        "Engine", "Git", "GitSource", "Kinds", "Persistence", "Planning", "Resources", "Workflows",
        "YAML", logging,
      ], path: "Tests/TestSupport"),
    .testTarget(name: "GitTests", dependencies: ["Git"]),
    .testTarget(name: "YAMLTests", dependencies: ["Resources", "YAML"]),
    .testTarget(name: "ResourcesTests", dependencies: ["Resources"]),
    .testTarget(name: "ActionsTests", dependencies: ["Actions"]),
    .testTarget(name: "AgentTests", dependencies: ["Actions", "Agent"]),
    .testTarget(name: "CELTests", dependencies: ["CEL"]),
    /// The system's zones and Python as an oracle, for tests of what is pure.
    .target(name: "ZoneSupport", dependencies: ["TimeZones"], path: "Tests/ZoneSupport"),
    .testTarget(name: "TimeZonesTests", dependencies: ["TimeZones", "ZoneSupport"]),
    .testTarget(name: "CronTests", dependencies: ["Cron", "TimeZones", "ZoneSupport"]),
    .testTarget(
      name: "KindsTests",
      dependencies: ["CEL", "Cron", "Kinds", "Resources", "TestSupport", "YAML"]),
    .testTarget(
      name: "RenderingTests", dependencies: ["Planning", "Rendering", "Resources"],
      exclude: ["Golden"]),
    .testTarget(
      name: "PlanningTests",
      dependencies: ["Kinds", "Planning", "Resources", "TestSupport", "YAML"],
      exclude: ["Golden"]),
    .testTarget(
      name: "SignaturesTests", dependencies: ["Resources", "Signatures", "TestSupport"]),
    .testTarget(
      name: "WorkflowsTests",
      dependencies: [
        "Actions", "Cron", "Planning", "Resources", "TestSupport", "TimeZones", "Workflows",
        "ZoneSupport",
      ]),
    .testTarget(
      name: "PersistenceTests",
      dependencies: [
        "Engine", "Kinds", "Persistence", "Planning", "Resources", "Signatures", "TestSupport",
        "Workflows", database,
      ]),
    .testTarget(
      name: "EngineTests",
      dependencies: [
        "Actions", "Engine", "Git", "GitSource", "Kinds", "Persistence", "Planning", "Resources",
        "Signatures",
        "TestSupport", "TimeZones", "Workflows", "YAML", database, logging,
      ]),
    .testTarget(
      name: "GitSourceTests",
      dependencies: [
        "Engine", "Git", "GitSource", "Kinds", "Planning", "Resources", "Signatures", "TestSupport",
      ]),
    .testTarget(
      name: "ControlPlaneTests",
      dependencies: [
        "ControlPlane", "Engine", "Integrations", "Persistence", "Planning", "Resources",
        "Signatures", "TestSupport", "Workflows", asyncHTTPClient, crypto, hummingbird, lifecycle,
        logging,
      ]),
    .testTarget(
      name: "IntegrationsTests",
      dependencies: [
        "Engine", "Integrations", "Planning", "Resources", "TestSupport", "Workflows",
        asyncHTTPClient, crypto, hummingbird, lifecycle, logging,
      ]),
    .testTarget(name: "TidyTests"),
    /// Runs the built program itself.
    .testTarget(
      name: "AcceptanceTests", dependencies: ["Faults", "writ"],
      exclude: ["Faults/faults.c", "Review/Schemas"]),

    // MARK: Fuzzing
    /// What each reader of bytes from outside promises; Tests/Fuzz/build.sh puts libFuzzer around it.
    .target(
      name: "Fuzz",
      dependencies: [
        "CEL", "ControlPlane", "Cron", "Git", "Kinds", "Planning", "Rendering", "Resources",
        "Signatures",
        "Workflows", "YAML", crypto,
      ],
      path: "Tests/Fuzz/Targets"),
    .testTarget(name: "FuzzTests", dependencies: ["Fuzz"]),

    // MARK: Benchmarks
    /// Measures inside one process what Tests/Benchmarks/bench.py compares.
    .executableTarget(
      name: "WritBenchmarks",
      dependencies: [
        "Actions", "App", "CEL", "Cron", "Engine", "GitSource", "Kinds", "Persistence", "Planning",
        "Resources", "TimeZones", "Workflows", argumentParser, logging,
      ],
      path: "Tests/Benchmarks/Driver"),
  ]
)

for target in package.targets where target.type != .system {
  target.swiftSettings =
    (target.swiftSettings ?? []) + [
      .swiftLanguageMode(.v6),
      .enableUpcomingFeature("ExistentialAny"),
      .enableUpcomingFeature("InternalImportsByDefault"),
      .enableUpcomingFeature("MemberImportVisibility"),
      .treatAllWarnings(as: .error),
    ]
}
