/// The formats of fixture entries, told apart by their members.
enum FixtureFormat: String, Sendable, CaseIterable {
  case stateTest = "state tests"
  case blockTest = "blockchain tests"
  case transactionTest = "transaction tests"
  /// Payloads on top of a snapshot of a live network, which no file has.
  case snapshotPayloads = "payloads on a snapshot"
  /// The same chains as payloads from a consensus client.
  case enginePayloads = "engine payloads"
  /// Containers of a bytecode format that was part of no fork.
  case container = "EOF containers"
  /// What execution-spec-tests says about a folder of fixtures.
  case catalogue = "catalogues"

  /// The format of an entry, nil for one that nobody has told us about.
  init?(_ value: JSONValue) {
    guard let format = Self.allCases.first(where: { $0.members.allSatisfy { value[$0] != nil } }) else {
      return nil
    }
    self = format
  }

  /// The members that only an entry of this format has together.
  private var members: [String] {
    switch self {
    case .stateTest: ["post", "transaction", "env"]
    case .blockTest: ["blocks", "genesisRLP", "network"]
    case .transactionTest: ["txbytes", "result"]
    case .snapshotPayloads: ["engineNewPayloads", "snapshotBlockHash"]
    case .enginePayloads: ["engineNewPayloads"]
    case .container: ["vectors"]
    case .catalogue: ["test_cases"]
    }
  }

  /// Why a case is left out though its format is known, nil for one that is to be run.
  static func reasonToSkip(file: String, fork: String) -> String? {
    let isContainerFolder = file.split(separator: "/").contains {
      $0 == "stEOF" || $0.hasPrefix("eip7692_eof")
    }
    if isContainerFolder || fork.contains("EOF") || fork.contains("7692") {
      return "tests EOF, which became part of no fork"
    }
    if file.contains("/stEIP2537/") {
      // ethereum/tests of 2024: nine precompiles from 0x0b to 0x13. What Prague brought are seven, up to 0x11, at
      // other prices; execution-spec-tests has those.
      return "tests a draft of EIP-2537 with nine precompiles, of which Prague has seven"
    }
    return fork.contains("+") ? "runs under a mixture of EIPs that became no fork" : nil
  }
}
