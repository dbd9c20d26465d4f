import Foundation
import TestFiles
import Testing

@testable import ChainFormats

@Suite("Engine payloads", .enabled(if: TestFiles.fixtures != nil, "no fixtures"))
struct EngineTestTests {
  typealias Object = [String: Any]

  /// Valid chains of official blockchain tests, said again as payloads of a consensus client.
  static func engineTests(_ folder: String) throws -> [String: Object] {
    var tests: [String: Object] = [:]
    for file in TestFiles.fixtures(in: "eest-blockchain/\(folder)") {
      let data = try Data(contentsOf: URL(fileURLWithPath: file))
      for (name, value) in try JSONSerialization.jsonObject(with: data) as? [String: Object] ?? [:] {
        if let test = engineTest(value) { tests[name] = test }
      }
    }
    return tests
  }

  /// Nil where a block is refused, or holds something that its payload would have to be told.
  static func engineTest(_ test: Object) -> Object? {
    guard let blocks = test["blocks"] as? [Object] else { return nil }
    let payloads = blocks.compactMap(payload)
    guard payloads.count == blocks.count else { return nil }
    var result = test
    result["blocks"] = nil
    result["genesisRLP"] = nil
    result["engineNewPayloads"] = payloads
    return result
  }

  static func payload(_ block: Object) -> Object? {
    guard let header = block["blockHeader"] as? Object, block["expectException"] == nil,
      header["requestsHash"] == nil, (block["transactions"] as? [Any])?.isEmpty == true
    else { return nil }
    let same = [
      "parentHash", "stateRoot", "gasLimit", "gasUsed", "timestamp", "extraData", "baseFeePerGas",
      "blobGasUsed", "excessBlobGas",
    ]
    var payload = header.filter { same.contains($0.key) }
    for (to, from) in [
      ("feeRecipient", "coinbase"), ("receiptsRoot", "receiptTrie"), ("logsBloom", "bloom"),
      ("blockNumber", "number"), ("prevRandao", "mixHash"), ("blockHash", "hash"),
    ] { payload[to] = header[from] }
    payload["transactions"] = [String]()
    payload["withdrawals"] = block["withdrawals"]
    var parameters: [Any] = [payload]
    if let root = header["parentBeaconBlockRoot"] { parameters += [[String](), root] }
    return ["params": parameters, "newPayloadVersion": parameters.count == 1 ? "2" : "3"]
  }

  static func report(_ tests: [String: Object], beside files: [String: Object] = [:]) throws -> FixtureReport
  {
    func text(_ object: Object) throws -> String {
      String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
    }
    return try FixtureRunnerTests.withFiles(
      files.mapValues(text).merging(["tests/a.json": try text(tests)]) { $1 }
    ) { try FixtureRunner(.block).run([$0 + "/tests"]) }
  }

  /// The tests with their last payload changed.
  static func changed(
    _ tests: [String: Object], _ change: (inout Object, inout Object) -> Void
  ) -> [String: Object] {
    tests.mapValues { test in
      var test = test
      guard var payloads = test["engineNewPayloads"] as? [Object], var last = payloads.popLast(),
        var parameters = last["params"] as? [Any], var payload = parameters.first as? Object
      else { return test }
      change(&last, &payload)
      parameters[0] = payload
      if last["params"] != nil { last["params"] = parameters }
      test["engineNewPayloads"] = payloads + [last]
      return test
    }
  }

  @Test("import the chains that blockchain tests have as blocks", arguments: ["shanghai", "cancun"])
  func valid(_ folder: String) throws {
    let tests = try Self.engineTests(folder)
    let report = try Self.report(tests)
    #expect(report.passed == tests.count && report.failed == 0)
    #expect(report.failures.first == nil)
  }

  @Test("are refused for a hash that is not theirs, and by an error for another version")
  func refused() throws {
    let tests = try Self.engineTests("shanghai").filter { $0.value["network"] as? String == "Shanghai" }
    try #require(!tests.isEmpty)
    let wrongRoot = Self.changed(tests) { _, payload in
      payload["stateRoot"] = "0x" + String(repeating: "12", count: 32)
    }
    let report = try Self.report(wrongRoot)
    #expect(report.failed == tests.count)
    #expect(report.failures.allSatisfy { $0.difference.contains("blockHash") })
    let wrongVersion = Self.changed(tests) { directive, _ in directive["newPayloadVersion"] = "3" }
    #expect(try Self.report(wrongVersion).failures.allSatisfy { $0.difference.contains("-32602") })
    for code in ["-32602", "-38005"] {
      let expected = Self.changed(tests) { directive, _ in
        directive["newPayloadVersion"] = "3"
        directive["errorCode"] = code
      }
      let differences = try Self.report(expected).failures.map(\.difference)
      // A payload that was rightly not taken is missing at the end of the chain.
      let wanted = code == "-32602" ? "newest block" : "found -32602"
      #expect(
        !differences.isEmpty && differences.allSatisfy { $0.contains(wanted) }, "\(differences.first ?? "")")
    }
  }

  @Test("may share their genesis, and then say what changes in it")
  func shared() throws {
    let tests = try Self.engineTests("shanghai")
    var files: [String: Object] = [:]
    let sharing = tests.mapValues { test in
      var test = test
      let name = "0x\(String(files.count, radix: 16))"
      files["pre_alloc/\(name).json"] = [
        "testIds": [String](), "pre": test["pre"] ?? Object(),
        "genesis": test["genesisBlockHeader"] ?? Object(),
      ]
      test["preHash"] = name
      test["pre"] = nil
      test["genesisBlockHeader"] = nil
      test["postStateDiff"] = test.removeValue(forKey: "postState")
      return test
    }
    let report = try Self.report(sharing, beside: files)
    #expect(report.passed == tests.count && report.failed == 0)
    #expect(try Self.report(sharing).failures.allSatisfy { $0.difference.contains("pre_alloc") })
  }

  @Test("are left out by name where they start from a snapshot")
  func snapshot() throws {
    let test: Object = [
      "network": "Osaka", "snapshotBlockHash": "0x00", "snapshotBlockNumber": "0x0",
      "engineNewPayloads": [Object](),
    ]
    let report = try Self.report(["x": test])
    #expect(report.skipped == 1 && report.notes.contains { $0.contains("snapshot") })
  }
}
