import ChainFormats
import EVM
import EVMBytecode
import EVMState
import EthereumTypes
import Testing

@testable import Transition

@Suite("Transition rules")
struct TransitionRuleTests {
  private static func environment(number: UInt64 = 1, timestamp: UInt64 = 1000) -> TransitionEnvironment {
    TransitionEnvironment(coinbase: .zero, gasLimit: 30_000_000, number: number, timestamp: timestamp)
  }

  private static func value(_ text: String) throws -> JSONValue {
    try JSONDocument(Bytes(text.utf8), file: "test.json").root
  }

  @Test("Every fork name of the official tools is understood", arguments: TransitionRules.forkNames)
  func forkNames(_ name: String) throws {
    _ = try TransitionRules(fork: name, environment: Self.environment())
  }

  @Test(
    "A transition's fork is decided by number, time or randomness",
    arguments: [
      ("BerlinToLondonAt5", 4, 0, nil, Fork.berlin), ("BerlinToLondonAt5", 5, 0, nil, .london),
      ("ShanghaiToCancunAtTime15k", 9, 14_999, 0, .shanghai),
      ("ShanghaiToCancunAtTime15k", 9, 15_000, 0, .cancun),
      ("ArrowGlacierToParisAtDiffC0000", 9, 0, nil, .arrowGlacier),
      ("ArrowGlacierToParisAtDiffC0000", 9, 0, 0, .paris),
    ] as [(String, UInt64, UInt64, UInt64?, Fork)])
  func transitions(_ name: String, _ number: UInt64, _ time: UInt64, _ random: UInt64?, _ fork: Fork) throws {
    var environment = Self.environment(number: number, timestamp: time)
    environment.random = random.map(UInt256.init(_:))
    #expect(try TransitionRules(fork: name, environment: environment).phase.fork == fork)
  }

  @Test(
    "An unknown fork is a configuration error", arguments: ["", "Frontier+1346", "LondonToAt", "Nowhere"])
  func unknownFork(_ name: String) {
    let error = #expect(throws: TransitionError.self) {
      try TransitionRules(fork: name, environment: Self.environment())
    }
    #expect(error?.code == .configuration)
  }

  @Test(
    "What a fork needs of the environment is asked for", arguments: ["London", "Paris", "Shanghai", "Cancun"])
  func incompleteEnvironment(_ fork: String) throws {
    var environment = Self.environment()
    if fork == "Cancun" {
      environment.random = 0
      environment.baseFee = 7
      environment.withdrawals = []
    }
    let rules = try TransitionRules(fork: fork, environment: environment)
    let error = #expect(throws: TransitionError.self) {
      try Transition(environment, rules: rules, on: MemoryState(), [])
    }
    #expect(error?.code == .configuration)
  }

  /// The example of go-ethereum's documentation: cmd/evm/README.md, "About Ommers".
  @Test("Miner and uncles share a given reward by distance")
  func ommers() throws {
    let environment = try TransitionEnvironment(
      Self.value(
        """
        {"currentCoinbase": "0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "currentDifficulty": "0x20000",
         "currentGasLimit": "0x750a163df65e8a", "currentNumber": "1", "currentTimestamp": "1000",
         "ommers": [{"delta": 1, "address": "0xbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"},
                    {"delta": 2, "address": "0xcccccccccccccccccccccccccccccccccccccccc"}]}
        """))
    let rules = try TransitionRules(fork: "Byzantium", environment: environment, reward: 0x80)
    let state = try Transition(environment, rules: rules, on: MemoryState(), []).state
    for (digit, balance) in [("a", 0x88), ("b", 0x70), ("c", 0x60)] as [(String, UInt64)] {
      let address = try #require(Address(hex: "0x" + String(repeating: digit, count: 40)))
      #expect(try state.account(address)?.balance == UInt256(balance))
    }
  }

  @Test("A reward of nothing touches the miner, and −1 does not", arguments: [(0, true), (-1, false)])
  func touching(_ reward: Int64, _ exists: Bool) throws {
    var environment = Self.environment()
    environment.difficulty = 131_072
    let rules = try TransitionRules(fork: "Frontier", environment: environment, reward: reward)
    let state = try Transition(environment, rules: rules, on: MemoryState(), []).state
    #expect(try (state.account(.zero) != nil) == exists)
  }

  @Test("A block hash that was not given ends the transition only where it is asked for")
  func missingBlockHash() throws {
    // BLOCKHASH(98) and BLOCKHASH(99) of block 100, of which only 99 is known.
    for (code, isKnown) in [("0x606340", true), ("0x606240", false)] {
      let vector = try Vector(named: "Byzantium.json")
      var environment = try TransitionEnvironment(vector.input.member("env"))
      environment.ommers = []
      let rules = try TransitionRules(fork: "Byzantium", environment: environment)
      let state = try MemoryState(alloc: vector.input.member("alloc"))
      let contract = try #require(Address(hex: "0x000000000000000000000000000000000000c0de"))
      state.set(
        contract, nonce: 0, balance: .zero, code: try #require(Hex.decode(code.dropFirst(2))), storage: [:])
      let candidates = try TransitionTransaction.list(
        Self.value(
          """
          [{"nonce": "0x0", "gasPrice": "0x1", "gas": "0x186a0", "to": "\(contract)", "value": "0x0", "input": "0x",
            "secretKey": "0x45a915e4d060149eb4365960e6a7a45f334393093061116b197e3240065ff2d8"}]
          """), fork: .byzantium, chainID: 1)
      if isKnown {
        #expect(try Transition(environment, rules: rules, on: state, candidates).included.count == 1)
      } else {
        let error = #expect(throws: TransitionError.self) {
          try Transition(environment, rules: rules, on: state, candidates)
        }
        #expect(error?.code == .missingBlockHash)
      }
    }
  }

  @Test("A block whose system contract is missing says so")
  func missingSystemContract() throws {
    let vector = try Vector(named: "Prague.json")
    let environment = try TransitionEnvironment(vector.input.member("env"))
    let rules = try TransitionRules(fork: "Prague", environment: environment)
    let result = try Transition(environment, rules: rules, on: MemoryState(), []).result().reread
    #expect(try result.member("blockException").string().hasPrefix("System contract address"))
  }
}
