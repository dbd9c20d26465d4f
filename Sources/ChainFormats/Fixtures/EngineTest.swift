import EVM
import EVMBytecode
import EVMState
import EthereumTypes

/// One entry of a fixture of engine payloads (`blockchain_tests_engine`, `…_engine_x`, `…_sync`): a genesis, payloads
/// to import, valid and invalid ones, and where the chain must end.
struct EngineTest {
  /// The entry's name.
  let name: String
  /// The network as the file names it.
  let network: String
  private let value: JSONValue

  init(name: String, _ value: JSONValue) throws(FormatError) {
    self.name = name
    self.value = value
    network = try value.member("network").string()
  }

  /// What is wrong, and with which payload.
  typealias Difference = (block: Int, difference: String)

  /// Runs the test; nil where it passes.
  ///
  /// - Parameter check: what is to hold for each block beside.
  func run(check: BlockCheck? = nil) throws(FormatError) -> Difference? {
    let configuration = try ChainConfiguration(
      network: value.member("network"), config: value.optional("config"))
    let start = try EngineGenesis(value, fork: configuration.phases.first?.fork ?? .paris)
    let root = start.state.stateRoot() ?? .zero
    guard root == start.header.stateRoot else {
      return (0, "state root of the genesis block: expected \(start.header.stateRoot), found \(root)")
    }
    if let hash = start.hash, hash != start.header.hash {
      return (0, "hash of the genesis block: expected \(hash), found \(start.header.hash)")
    }
    var chain = FixtureChain(
      configuration: configuration, genesis: Block(header: start.header), state: start.state,
      check: check)
    let payloads = try value.member("engineNewPayloads").elements()
    for (index, payload) in payloads.enumerated() {
      if let difference = try chain.deliver(EnginePayload(payload)) { return (index, difference) }
    }
    let last = payloads.count - 1
    if let head = try value.optional("lastblockhash")?.hash(), chain.head != head {
      return (last, "newest block: expected \(head), found \(chain.head)")
    }
    if let state = chain.headState, let difference = try stateDifference(state, since: start.state) {
      return (last, difference)
    }
    // What a client that follows the chain is told last.
    guard let payload = try value.optional("syncPayload") else { return nil }
    return try chain.deliver(EnginePayload(payload)).map { (payloads.count, $0) }
  }

  private func stateDifference(
    _ found: MemoryState, since start: MemoryState
  ) throws(FormatError) -> String? {
    if let expected = try value.optional("postState") {
      return found.firstDifference(from: try MemoryState(fixture: expected))
    }
    if let changes = try value.optional("postStateDiff") {
      let expected = MemoryState(copying: start)
      for member in try changes.members() {
        try expected.replace(member.keyAsValue.address(), with: member.value)
      }
      return found.firstDifference(from: expected)
    }
    guard let expected = try value.optional("postStateHash")?.hash() else { return nil }
    let root = found.stateRoot() ?? .zero
    return root == expected ? nil : "state root: expected \(expected), found \(root)"
  }
}

extension FixtureChain {
  /// Imports the block of a payload and makes it the newest one, or finds the error it must meet; otherwise the
  /// difference.
  fileprivate mutating func deliver(_ payload: EnginePayload) throws(FormatError) -> String? {
    let fork = fork(at: try payload.timestamp)
    do throws(EnginePayload.RequestError) { try payload.checkRequest(fork) } catch {
      guard let expected = payload.errorCode else { return "error \(error.rawValue): \(error)" }
      return expected == "\(error.rawValue)" ? nil : "expected the error \(expected), found \(error.rawValue)"
    }
    if let expected = payload.errorCode { return "expected the error \(expected), but the request is proper" }
    do throws(Refusal) {
      let block = try payload.block()
      try add(block, size: block.rlp.encoded.count, payload.companions())
      if let expected = payload.validationError {
        return "expected the refusal \(expected), but it was accepted"
      }
      return choose(block.hash) ? nil : "block \(block.hash) is not known after its import"
    } catch {
      guard let expected = payload.validationError else { return "refused: \(error)" }
      return error.matches(expected: expected, in: fork) ? nil : error.mismatch(expected: expected, in: fork)
    }
  }
}
