import Foundation
import Testing

@Suite("The command line")
struct CommandLineTests {
  private static let corpus = Tool.corpus

  /// The least that a block's environment has to say.
  private static let environment = """
    {"currentCoinbase": "0x\(String(repeating: "aa", count: 20))", "currentDifficulty": "0x20000",
     "currentGasLimit": "0x750a163df65e8a", "currentNumber": "1", "currentTimestamp": "1000"}
    """

  private func run(_ arguments: String...) throws -> Tool.Outcome { try Tool.run(arguments) }

  private func run(_ arguments: [String]) throws -> Tool.Outcome { try Tool.run(arguments) }

  /// Runs a command on a file with that content.
  private func run(_ command: String, on content: Data) throws -> Tool.Outcome {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).json")
    try content.write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    return try run(command, file.path)
  }

  private static func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test(
    "-v answers as the tools that fill fixtures expect of geth's evm",
    arguments: [["-v"], ["--version"], ["t8n", "-v"]])
  func version(_ arguments: [String]) throws {
    let outcome = try run(arguments)
    #expect(outcome.status == 0)
    #expect(outcome.output.hasPrefix("evm version "))
    #expect(outcome.complaint.isEmpty)
  }

  @Test("t8n --help names every fork, which is how tools know what is supported")
  func forkNames() throws {
    let outcome = try run("t8n", "--help")
    for fork in ["Frontier", "Merge", "Cancun", "Prague", "Osaka", "BPO1", "Amsterdam"] {
      #expect(outcome.output.contains(fork), "\(fork)")
    }
  }

  @Test("t8n writes files with geth's names, or one object, and nothing where nothing is wanted")
  func transitionOutput() throws {
    let folder = try TemporaryFolder()
    let inputs = [
      "t8n", "--input.alloc", try folder.file("a.json", "{}"), "--input.env",
      try folder.file("e.json", Self.environment), "--input.txs", try folder.file("t.json", "[]"),
      "--state.fork=Berlin", "--state.reward", "-1", "--trace=true",
    ]
    let toFiles = try run(inputs + ["--output.basedir", folder.url.appendingPathComponent("out").path])
    #expect(toFiles.status == 0 && toFiles.output.isEmpty)
    for name in ["alloc.json", "result.json"] {
      let text = try String(contentsOf: folder.url.appendingPathComponent("out/\(name)"), encoding: .utf8)
      _ = try Self.object(text)
    }
    let together = try run(
      inputs + ["--output.alloc=stdout", "--output.result", "stdout", "--output.body=stdout"])
    #expect(try Set(Self.object(together.output).keys) == ["alloc", "result", "body"])
    let nowhere = try run(inputs + ["--output.alloc=", "--output.result", ""])
    #expect(nowhere.status == 0 && nowhere.output.isEmpty)
  }

  @Test("t8n ends with the exit codes of geth's evm")
  func transitionExitCodes() throws {
    let folder = try TemporaryFolder()
    let env = try folder.file("env.json", Self.environment)
    let (alloc, none) = (try folder.file("alloc.json", "{}"), try folder.file("txs.json", "[]"))
    let cases: [(code: Int32, alloc: String, env: String, txs: String, fork: String)] = [
      (3, alloc, env, none, "Frontier+1346"), (3, alloc, env, none, "Paris"),
      (10, try folder.file("bad.json", "{"), env, none, "Berlin"),
      (10, alloc, try folder.file("empty.json", "{}"), none, "Berlin"),
      (11, folder.url.path + "/absent", env, none, "Berlin"),
      (12, alloc, env, try folder.file("txs.rlp", "\"0x80\""), "Berlin"),
    ]
    for item in cases {
      let outcome = try run([
        "t8n", "--input.alloc", item.alloc, "--input.env", item.env, "--input.txs", item.txs, "--state.fork",
        item.fork, "--output.alloc=", "--output.result=",
      ])
      #expect(outcome.status == item.code, "\(item)")
      #expect(outcome.complaint.hasPrefix("ERROR(\(item.code)): "), "\(outcome.complaint)")
      #expect(outcome.output.isEmpty)
    }
  }

  @Test(
    "t8n refuses tracers that it does not have before it runs anything",
    arguments: [
      ["--trace.tracer", "callTracer"], ["--trace.callframes"], ["--trace.jsonconfig", "{\"a\":1}"],
    ])
  func unknownTracer(_ arguments: [String]) throws {
    let outcome = try run(["t8n", "--trace"] + arguments)
    #expect(outcome.status == 3 && outcome.complaint.hasPrefix("ERROR(3): "), "\(outcome.complaint)")
  }

  @Test("run prints one object with everything the main job found")
  func runJSON() throws {
    let outcome = try run("run", "--json", "--threads", "2", "--repeats", "1", Self.corpus.path)
    #expect(outcome.status == 0)
    let object = try Self.object(outcome.output)
    for key in [
      "block", "fork", "transactions", "gasUsed", "receiptsRoot", "logsBloom", "stateRoot", "waves",
      "mispredictions",
      "classes", "timingsNs",
    ] {
      #expect(object[key] != nil, "\(key)")
    }
    #expect(object["matchesSerial"] as? Bool == true)
    let header = try #require(object["matchesHeader"] as? [String: Bool])
    #expect(header == ["gasUsed": true, "receiptsRoot": true, "logsBloom": true, "stateRoot": true])
    let timings = try #require(object["timingsNs"] as? [String: Int])
    #expect(Set(timings.keys) == ["recover", "prepass", "schedule", "serial", "parallel"])
  }

  @Test("analyze --check --json lists every transaction's predicted and actual accesses")
  func analyzeJSON() throws {
    let outcome = try run("analyze", "--check", "--json", Self.corpus.path)
    #expect(outcome.status == 0)
    let object = try Self.object(outcome.output)
    let transactions = try #require(object["transactions"] as? [[String: Any]])
    #expect(!transactions.isEmpty)
    for (index, transaction) in transactions.enumerated() {
      #expect(transaction["index"] as? Int == index)
      for key in ["reads", "writes", "adds", "conditionalOn"] {
        #expect(transaction[key] is [String], "\(key)")
      }
      #expect(transaction["actual"] is [String: Any])
    }
  }

  @Test("analyze --check ends in what is to be reached, and whether it was")
  func analyzeTargets() throws {
    let outcome = try run("analyze", "--check", Self.corpus.path)
    #expect(outcome.status == 0)
    let rows = outcome.output.split(separator: "\n").drop { !$0.hasPrefix("all blocks") }.dropFirst()
    #expect(rows.count == 13)
    // The corpus is predicted without a fault; only the time is another matter.
    #expect(rows.filter { $0.hasSuffix("✓") }.count >= 8)
    #expect(rows.filter { $0.hasSuffix("✗") }.allSatisfy { $0.contains("serial run") })
  }

  @Test("plan --json prints a schedule of the documented format")
  func planJSON() throws {
    let outcome = try run("plan", "--json", Self.corpus.path)
    #expect(outcome.status == 0)
    #expect(try Self.object(outcome.output)["format"] as? String == "wavefront-schedule/1")
  }

  @Test(
    "bad usage exits with 2",
    arguments: [["run"], ["run", "--threads", "0", "x"], ["frobnicate"], ["plan", "--nonsense"]])
  func badUsage(arguments: [String]) throws {
    let process = Process()
    process.executableURL = Tool.executable
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 2)
  }

  @Test("a file that is not there is bad input, named in one line", arguments: ["run", "analyze", "plan"])
  func missingFile(command: String) throws {
    let outcome = try run(command, "/no/such/block.json")
    #expect(outcome.status == 3)
    #expect(outcome.complaint.contains("/no/such/block.json"))
    #expect(outcome.complaint.split(separator: "\n").count == 1)
  }

  /// A change to a good snapshot, and the field that the complaint must name.
  struct Damage: Sendable, CustomStringConvertible {
    let description: String
    let field: String
    let apply: @Sendable (inout [String: Any]) -> Void
  }

  static let damages: [Damage] = [
    Damage(description: "missing header", field: "header") { $0["header"] = nil },
    Damage(description: "number of a wrong type", field: "number") { $0["number"] = ["a"] },
    Damage(description: "unknown fork", field: "fork") { $0["fork"] = "atlantis" },
    Damage(description: "unknown format", field: "format") { $0["format"] = "block-snapshot/99" },
    Damage(description: "odd hexadecimal", field: "transactions") { $0["transactions"] = ["0x0"] },
    Damage(description: "truncated transaction", field: "transactions") { object in
      var transactions = object["transactions"] as? [String] ?? []
      transactions[0] = String(transactions[0].dropLast(8))
      object["transactions"] = transactions
    },
    Damage(description: "senders that contradict the signatures", field: "senders") { object in
      let count = (object["transactions"] as? [Any])?.count ?? 0
      object["senders"] = Array(repeating: "0x" + String(repeating: "11", count: 20), count: count)
    },
    Damage(description: "huge balance", field: "balance") { object in
      var pre = object["pre"] as? [String: [String: Any]] ?? [:]
      if let key = pre.keys.sorted().first {
        pre[key]?["balance"] = "0x1" + String(repeating: "0", count: 70)
      }
      object["pre"] = pre
    },
    Damage(description: "code that is not what its hash says", field: "codes") { object in
      var codes = object["codes"] as? [String: String] ?? [:]
      if let key = codes.keys.sorted().first { codes[key] = "0x00" }
      object["codes"] = codes
    },
    Damage(description: "hash that is not the header's", field: "hash") {
      $0["hash"] = "0x" + String(repeating: "00", count: 32)
    },
  ]

  @Test("a damaged snapshot is bad input: exit 3 and one line that names file and field", arguments: damages)
  func damagedSnapshot(damage: Damage) throws {
    var object = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: Self.corpus)) as? [String: Any])
    damage.apply(&object)
    let outcome = try run("run", on: try JSONSerialization.data(withJSONObject: object))
    #expect(outcome.status == 3)
    #expect(outcome.complaint.contains(".json"))
    #expect(outcome.complaint.contains(damage.field))
    #expect(outcome.complaint.split(separator: "\n").count == 1)
    #expect(outcome.output.isEmpty)
  }

  @Test(
    "bytes that are no JSON are bad input",
    arguments: ["", "{", "[[[[", "nul", "{\"format\": \"block-snapshot/1\"", "\u{0}"])
  func noJSON(text: String) throws {
    let outcome = try run("run", on: Data(text.utf8))
    #expect(outcome.status == 3)
    #expect(outcome.complaint.split(separator: "\n").count == 1)
  }

  @Test("nesting without end is refused, not recursed into")
  func deepNesting() throws {
    let outcome = try run("run", on: Data(String(repeating: "[", count: 2_000_000).utf8))
    #expect(outcome.status == 3)
  }

  @Test("a snapshot cut off anywhere is bad input", arguments: [1, 100, 5_000, 50_000, 200_000])
  func truncated(count: Int) throws {
    let outcome = try run("run", on: try Data(contentsOf: Self.corpus).prefix(count))
    #expect(outcome.status == 3)
    #expect(outcome.complaint.split(separator: "\n").count == 1)
  }

  @Test("a result that is not what the chain recorded exits with 1")
  func wrongResult() throws {
    var object = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: Self.corpus)) as? [String: Any])
    // One wei more in a sender's account changes nothing but the state root.
    var pre = try #require(object["pre"] as? [String: [String: Any]])
    let sender = try #require((object["senders"] as? [String])?.first)
    let balance = try #require(pre[sender]?["balance"] as? String)
    let last = try #require(balance.last)
    pre[sender]?["balance"] = balance.dropLast() + (last == "0" ? "1" : "0")
    object["pre"] = pre
    let outcome = try run("run", on: try JSONSerialization.data(withJSONObject: object))
    #expect(outcome.status == 1)
    #expect(outcome.complaint.contains("not what the chain recorded"))
  }
}
