import ConflictScheduling
import EVM
import EVMState
import EthereumTypes

/// What comes with a block beside its RLP: its access list (EIP-7928), and a witness of the state before it (EIP-8025).
struct BlockCompanions {
  /// The block access list as delivered, in whatever order.
  var accessList: BlockAccessList?
  /// The witness.
  var witness: ExecutionWitness?
  /// Whether the block can be executed from the witness alone.
  var witnessSuffices = true

  /// Nothing came along.
  init() {}

  /// The access list of an engine payload, as RLP.
  init(encodedAccessList bytes: Bytes) throws(ScheduleFormatError) {
    accessList = try BlockAccessList(decoding: bytes, checksOrder: false)
  }

  /// What stands beside the RLP of a block.
  init(_ block: JSONValue) throws(FormatError) {
    let decoded = try block.optional("rlp_decoded") ?? block
    if let list = try decoded.optional("blockAccessList") {
      do throws(ScheduleFormatError) {
        accessList = try BlockAccessList(decodingJSON: list.encoded, checksOrder: false)
      } catch { throw list.unexpected("a block access list (\(error))") }
    }
    witness = try block.optional("executionWitness").map { value throws(FormatError) in
      try ExecutionWitness(value)
    }
    // The result of stateless validation: a hash of what was asked, whether it is valid, and the chain.
    if let output = try block.optional("statelessOutputBytes")?.bytes(), output.count > 32 {
      witnessSuffices = output[32] == 1
    }
  }

  /// Checks that the list that came with the block is the one the header commits to, and in order.
  func validate(_ header: BlockHeader) throws(BlockRejection) {
    guard let accessList, let hash = header.blockAccessListHash else { return }
    guard accessList.hash == hash else {
      throw BlockRejection(.blockAccessListHash, expected: "\(accessList.hash)", found: "\(hash)")
    }
    do throws(ScheduleFormatError) { try accessList.checkOrder() } catch {
      throw BlockRejection(.blockAccessListOrder, expected: error.expected, found: error.description)
    }
  }

  /// Executes a valid block a second time, from the witness alone, and says what is not as it should be.
  func difference(executing processor: BlockProcessor) -> String? {
    guard let witness else { return nil }
    do {
      try Self.execute(processor, from: witness)
      return witnessSuffices ? nil : "the block was executed from a witness that must not suffice"
    } catch {
      return witnessSuffices ? "from the witness: \(error)" : nil
    }
  }

  private static func execute(_ processor: BlockProcessor, from witness: ExecutionWitness) throws {
    let block = processor.block
    let before = try witness.preState(of: block)
    let state = MemoryState(base: before)
    let result = try processor.executeSerially(on: state)
    try block.validate(result, stateRoot: try before.trie.stateRoot(after: state.updates))
  }
}
