import Foundation
import Testing

@Suite("Forms of other programs")
struct ExchangeTests {
  private static let block = Tool.corpus.path

  private func plan(_ arguments: String...) throws -> String {
    let outcome = try Tool.run(["plan"] + arguments)
    try #require(outcome.status == 0, "\(outcome.complaint)")
    return outcome.output
  }

  @Test("dependencies go through every form that carries them, and come back", arguments: ["bor", "txdag"])
  func dependencies(form: String) throws {
    let folder = try TemporaryFolder()
    let dependencies = try plan(Self.block, "--to", "dependencies")
    let file = try folder.file("d.json", dependencies)
    let other = try folder.file(form, try plan(file, "--from", "dependencies", "--to", form))
    #expect(try plan(other, "--from", form, "--to", "dependencies") == dependencies)
    #expect(try Tool.run(["verify", other, Self.block, "--from", form]).status == 0)
  }

  @Test("read and write sets come back whole, and are scheduled as the block was")
  func readWriteSets() throws {
    let folder = try TemporaryFolder()
    let sets = try plan(Self.block, "--to", "rwsets")
    let file = try folder.file("sets.json", sets)
    #expect(try plan(file, "--from", "rwsets", "--to", "rwsets") == sets)
    #expect(
      try plan(file, "--from", "rwsets", "--to", "dependencies")
        == plan(Self.block, "--to", "dependencies"))
  }

  @Test("lists of what was touched can be scheduled", arguments: ["access-lists", "block-access-list"])
  func lists(form: String) throws {
    let folder = try TemporaryFolder()
    let file = try folder.file(form, try plan(Self.block, "--to", form))
    let schedule = try plan(file, "--from", form, "--count", "29", "--json")
    let object = try JSONSerialization.jsonObject(with: Data(schedule.utf8)) as? [String: Any]
    #expect((object?["order"] as? [Int])?.count == 29)
  }

  @Test("dependencies that no block can have, or another block has, are bad input")
  func wrongDependencies() throws {
    let folder = try TemporaryFolder()
    for (text, field) in [
      ("[[],[2],[]]", "dependencies[1]"), ("[[],[0]]", "29 transactions"), ("[[", "JSON"),
    ] {
      let file = try folder.file("wrong.json", text)
      let outcome = try Tool.run(["verify", file, Self.block, "--from", "dependencies"])
      #expect(outcome.status == 3)
      #expect(outcome.complaint.contains(field), "\(outcome.complaint)")
    }
  }

  @Test("dependencies that are missing are violations")
  func missingDependencies() throws {
    let folder = try TemporaryFolder()
    let none = try folder.file("none.json", "[" + (0..<29).map { _ in "[]" }.joined(separator: ",") + "]")
    let outcome = try Tool.run(["verify", none, Self.block, "--from", "dependencies"])
    #expect(outcome.status == 1)
    #expect(outcome.output.contains("transaction 6 must wait for 4 and does not"), "\(outcome.output)")
  }

  @Test(
    "what a form cannot say is refused",
    arguments: [
      ["--to", "block"], ["--from", "schedule"], ["--objective", "fees", "--to", "bor"],
      ["--gas-limit", "1"],
      ["--objective", "beauty"], ["--fee-recipient", "0x12"], ["--json", "--to", "bor"],
    ])
  func refused(options: [String]) throws {
    #expect(try Tool.run(["plan", Self.block] + options).status == 2)
  }

  @Test("--objective chooses an order that the verifier accepts", arguments: ["makespan", "fees"])
  func free(objective: String) throws {
    let folder = try TemporaryFolder()
    let file = try folder.file("s.json", try plan(Self.block, "--objective", objective, "--json"))
    #expect(try Tool.run(["verify", file, Self.block]).status == 0)
  }
}
