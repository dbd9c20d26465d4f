import EVM
import EVMBytecode
import EVMState
import EthereumTypes

/// One entry of a BlockchainTests file: a genesis, blocks to import, valid and invalid ones, and where the chain
/// must end.
struct BlockTest {
  /// The entry's name.
  let name: String
  /// The network as the file names it.
  let network: String
  private let value: JSONValue

  /// Whether a value of a fixture file is a blockchain test.
  static func isBlockTest(_ value: JSONValue) -> Bool {
    value["blocks"] != nil && value["genesisRLP"] != nil && value["network"] != nil
  }

  init(name: String, _ value: JSONValue) throws(FormatError) {
    self.name = name
    self.value = value
    network = try value.member("network").string()
  }

  /// Runs the test; nil where it passes, otherwise the first difference and the block it shows in.
  ///
  /// - Parameter check: what is to hold for each block beside.
  func run(check: BlockCheck? = nil) throws(FormatError) -> (block: Int, difference: String)? {
    var configuration = try ChainConfiguration(
      network: value.member("network"), config: value.optional("config"))
    configuration.stateGas = try stateGasRevision()
    // The last one's rules name a refusal, where names differ at all.
    let fork = configuration.phases.last?.fork ?? .frontier
    let state = try MemoryState(fixture: value.member("pre"))
    let genesis: Block
    let encoded = try value.member("genesisRLP").bytes()
    do throws(ChainDecodingError) { genesis = try Block(decoding: encoded) } catch {
      return (0, "the genesis block does not decode: \(error)")
    }
    let root = state.stateRoot() ?? .zero
    guard root == genesis.header.stateRoot else {
      return (0, "state root of the genesis block: expected \(genesis.header.stateRoot), found \(root)")
    }
    if let hash = try value.optional("genesisBlockHeader")?.optional("hash")?.hash(), hash != genesis.hash {
      return (0, "hash of the genesis block: expected \(hash), found \(genesis.hash)")
    }
    var chain = FixtureChain(configuration: configuration, genesis: genesis, state: state, check: check)
    let blocks = try value.member("blocks").elements()
    for (index, block) in blocks.enumerated() {
      let exception = try exception(block)
      let companions = try BlockCompanions(block)
      do throws(Refusal) {
        try chain.add(try Self.rlp(block), companions)
        if let exception { return (index, "expected the refusal \(exception), but it was accepted") }
      } catch {
        guard let exception else { return (index, "refused: \(error)") }
        guard exception.isEmpty || error.matches(expected: exception, in: fork) else {
          return (index, error.mismatch(expected: exception, in: fork))
        }
      }
    }
    let last = blocks.count - 1
    let head = try value.member("lastblockhash").hash()
    guard chain.head == head else { return (last, "newest block: expected \(head), found \(chain.head)") }
    guard let found = chain.headState else { return nil }
    return try stateDifference(found).map { (last, $0) }
  }

  /// The draft of EIP-8037 behind the file, which names the release of the specification it was made from.
  private func stateGasRevision() throws(FormatError) -> StateGasRevision {
    let origin = try value.optional("_info")?.optional("url")?.string() ?? ""
    return origin.contains("/tests-zkevm@v0.3.") ? .withoutPayback : .current
  }

  /// The class of the refusal that a block must meet; empty for any, nil for a valid block.
  private func exception(_ block: JSONValue) throws(FormatError) -> String? {
    // Older files name the network, or all of them, behind the key.
    for suffix in ["", network, "ALL"] {
      if let exception = try block.optional("expectException" + suffix) { return try exception.string() }
    }
    return block["blockHeader"] == nil ? "" : nil
  }

  /// The block's bytes. Some files hold text there that no byte string can be: such a block does not decode.
  private static func rlp(_ block: JSONValue) throws(Refusal) -> Bytes {
    do throws(FormatError) { return try block.member("rlp").bytes() } catch {
      throw .malformed(ChainDecodingError("block", .wrongShape(expected: "bytes")))
    }
  }

  private func stateDifference(_ found: MemoryState) throws(FormatError) -> String? {
    if let expected = try value.optional("postState") {
      return found.firstDifference(from: try MemoryState(fixture: expected))
    }
    guard let expected = try value.optional("postStateHash")?.hash() else { return nil }
    let root = found.stateRoot() ?? .zero
    return root == expected ? nil : "state root: expected \(expected), found \(root)"
  }
}
