public import EVM
public import EVMState
public import EthereumTypes

/// Everything a block's execution needs to know of the state and the chain before it (EIP-8025): trie nodes, codes and
/// ancestors' headers. Nothing in it needs trust, as all of it hangs on the block's parent hash.
public struct ExecutionWitness: Sendable {
  /// Encoded trie nodes, of the state trie and of storage tries, in any order.
  public var nodes: [Bytes]
  /// Codes, in any order.
  public var codes: [Bytes]
  /// RLP of ancestors' headers, oldest first; the last one is the parent's.
  public var headers: [Bytes]

  /// Makes a witness.
  public init(nodes: [Bytes], codes: [Bytes], headers: [Bytes]) {
    self.nodes = nodes
    self.codes = codes
    self.headers = headers
  }

  /// Reads `{state, codes, headers}`, each an array of byte strings.
  public init(_ value: JSONValue) throws(FormatError) {
    func list(_ key: String) throws(FormatError) -> [Bytes] {
      var items: [Bytes] = []
      for item in try value.member(key).elements() { items.append(try item.bytes()) }
      return items
    }
    self.init(nodes: try list("state"), codes: try list("codes"), headers: try list("headers"))
  }

  /// The state before a block: that of the parent's state root.
  ///
  /// - Throws: where the headers are not an unbroken line of ancestors that ends at the block's parent.
  public func preState(of block: Block) throws(WitnessError) -> WitnessState {
    var root: Hash32?
    var hashes: [UInt64: Hash32] = [:]
    var expected = block.header.parentHash
    for (index, encoded) in headers.enumerated().reversed() {
      let header: BlockHeader
      do throws(ChainDecodingError) { header = try BlockHeader(decoding: encoded) } catch {
        throw .malformedHeader(index: index, error)
      }
      let hash = keccak256(encoded)
      guard hash == expected else { throw .brokenChain(index: index, expected: expected, found: hash) }
      if root == nil { root = header.stateRoot }
      hashes[header.number] = hash
      expected = header.parentHash
    }
    guard let root else { throw .missingParent(block.header.parentHash) }
    return WitnessState(
      trie: SparseTrie(preStateRoot: root, nodes: nodes), codes: codes, blockHashes: hashes)
  }
}

/// Why a witness says nothing about a block.
public enum WitnessError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A header does not decode.
  case malformedHeader(index: Int, ChainDecodingError)
  /// A header is not the parent of the one after it.
  case brokenChain(index: Int, expected: Hash32, found: Hash32)
  /// There is no header at all.
  case missingParent(Hash32)

  /// One line for a person.
  public var description: String {
    switch self {
    case .malformedHeader(let index, let error): "the witness's headers[\(index)]: \(error)"
    case .brokenChain(let index, let expected, let found):
      "the witness's headers[\(index)]: expected the header of block \(expected), found that of \(found)"
    case .missingParent(let hash): "the witness has no headers: expected at least that of the parent \(hash)"
    }
  }
}
