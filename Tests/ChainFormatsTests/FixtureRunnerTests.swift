import Foundation
import TestFiles
import Testing

@testable import ChainFormats

@Suite("Runs of fixtures")
struct FixtureRunnerTests {
  /// A folder with these files, for as long as the body runs.
  static func withFiles<Result>(_ files: [String: String], _ body: (String) throws -> Result) throws -> Result
  {
    let folder = FileManager.default.temporaryDirectory.appending(path: "wavefront-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in files {
      let file = folder.appending(path: name)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    return try body(folder.path)
  }

  /// A state test whose template asks for something no state test has, so that it cannot pass.
  static let broken =
    #"{"t": {"env": {}, "pre": {}, "transaction": {}, "post": {"Osaka": [{"indexes": {"data": 0, "gas": 0, "value": 0}, "#
    + #""hash": "0x\#(String(repeating: "0", count: 64))", "logs": "0x\#(String(repeating: "0", count: 64))"}]}}}"#

  @Test("count what cannot be read as failed, and go on")
  func unreadable() throws {
    let files = [
      "a.json": "{", "b.json": #"{"x": {"post": 1, "transaction": {}, "env": {}}}"#, "c.json": "[]",
      "d.json": Self.broken,
      "e.json": #"{"x": {"env": {}, "pre": {}, "transaction": {}, "post": {"Osaka": [{}]}}}"#,
    ]
    for jobs in [1, 4] {
      let report = try Self.withFiles(files) { try FixtureRunner(.state, jobs: jobs).run([$0]) }
      #expect(report.passed == 0)
      #expect(report.failed == 5)
      #expect(report.failures.map { ($0.file as NSString).lastPathComponent } == files.keys.sorted())
      #expect(report.isComplete && !report.isEmpty)
    }
  }

  @Test("name what they leave out, and why")
  func skipped() throws {
    let files = [
      "a.json": #"{"x": {"something": "else"}, "_info": {}}"#,
      "stEOF/b.json": Self.broken,
      "c.json": Self.broken.replacingOccurrences(of: "Osaka", with: "MergeEOF"),
      "d.json": #"{"x": {"network": "Osaka", "engineNewPayloads": []}}"#,
      "index.json": #"{"test_cases": []}"#, "notes.txt": "{",
    ]
    let report = try Self.withFiles(files) { try FixtureRunner(.state).run([$0]) }
    #expect(report.passed == 0)
    #expect(report.failed == 0)
    #expect(report.skipped == 3)
    #expect(report.notes.contains { $0.contains("2") && $0.contains("EOF") })
    #expect(report.notes.contains { $0.contains("unknown format") && $0.contains("a.json") })
    #expect(report.notes.contains { $0.contains("1 engine payloads") })
  }

  @Test("refuse a fork that nobody knows, by name")
  func unknownFork() throws {
    let text = Self.broken.replacingOccurrences(of: "Osaka", with: "Atlantis")
    let report = try Self.withFiles(["a.json": text]) { try FixtureRunner(.state).run([$0]) }
    #expect(report.failed == 1)
    #expect(report.failures.first?.difference.contains("Atlantis") == true)
  }

  @Test("have nothing to say where nothing is asked for")
  func empty() throws {
    let none = try Self.withFiles(["a.json": Self.broken]) {
      try FixtureRunner(.state, filter: FixtureFilter(fork: "London")).run([$0])
    }
    #expect(none.isEmpty)
    #expect(throws: FormatError.self) { try FixtureRunner(.block).run(["/nowhere/at/all"]) }
  }

  @Test("say how to run a failed case again")
  func again() throws {
    let report = try Self.withFiles(["it's.json": Self.broken]) { try FixtureRunner(.state).run([$0]) }
    let command = try #require(report.failures.first).command
    #expect(command.hasPrefix("wavefront statetest '"))
    #expect(command.hasSuffix(#"it'\''s.json' --name t --fork Osaka --index 0 --trace"#))
  }

  @Test("end early where somebody wants them to")
  func cancelled() throws {
    let report = try Self.withFiles(["a.json": Self.broken]) {
      try FixtureRunner(.state, jobs: 2).run([$0], isCancelled: { true })
    }
    #expect(!report.isComplete)
    #expect(report.failed == 0)
  }

  @Test("find the sender of a transaction from its secret key", .enabled(if: TestFiles.fixtures != nil))
  func secretKey() throws {
    let files = TestFiles.fixtures(in: "legacytests-state/Cancun/GeneralStateTests/stExample")
    for file in files {
      let text = try String(contentsOfFile: file, encoding: .utf8)
      // The signed transaction would tell the sender, too.
      let without = text.replacing(#/"sender"\s*:\s*"0x[0-9a-f]{40}"\s*,/#, with: "")
        .replacing("\"txbytes\"", with: "\"unused\"")
      #expect(text.contains("secretKey") && without != text)
      let expected = try Self.withFiles(["a.json": text]) { try FixtureRunner(.state).run([$0]) }
      let found = try Self.withFiles(["a.json": without]) { try FixtureRunner(.state).run([$0]) }
      #expect(found.failed == 0 && found.passed == expected.passed)
    }
  }
}
