import ChainFormats
public import EVM
public import EVMState
import EthereumTypes

/// What a transition starts from, read from files or from one object on standard input.
public struct TransitionInput {
  /// Where each part is: a path, or `stdin` for the member of that name of the object on standard input.
  public struct Sources: Sendable {
    /// The name that means standard input.
    public static let standardInput = "stdin"

    /// The state before the block.
    public var alloc: String
    /// The block.
    public var environment: String
    /// The transactions; a name ending in `.rlp` means their RLP in a JSON string.
    public var transactions: String
    /// The blob schedule; nil for the fork's usual one.
    public var blobParameters: String?

    /// Makes sources.
    public init(alloc: String, environment: String, transactions: String, blobParameters: String? = nil) {
      self.alloc = alloc
      self.environment = environment
      self.transactions = transactions
      self.blobParameters = blobParameters
    }
  }

  /// The state before the block.
  public let state: MemoryState
  /// The block.
  public let environment: TransitionEnvironment
  /// The blob schedule, where one was given.
  public let blobs: BlobSchedule?
  private let sources: Sources
  private let standardInput: JSONDocument?

  /// Reads everything but the transactions.
  public init(_ sources: Sources) throws(TransitionError) {
    self.sources = sources
    do throws(FormatError) {
      let names = [
        sources.alloc, sources.environment, sources.transactions, sources.blobParameters ?? "",
      ]
      let document =
        names.contains(Sources.standardInput) ? try JSONDocument(FileContents.read("-"), file: "stdin") : nil
      standardInput = document
      state = try MemoryState(alloc: Self.value(sources.alloc, "alloc", document))
      environment = try TransitionEnvironment(Self.value(sources.environment, "env", document))
      blobs = try sources.blobParameters.map { source throws(FormatError) in
        try BlobSchedule(transition: Self.value(source, "blobParams", document))
      }
    } catch { throw TransitionError(error) }
  }

  private static func value(
    _ source: String, _ name: String, _ standardInput: JSONDocument?
  ) throws(FormatError) -> JSONValue {
    guard source == Sources.standardInput, let standardInput else {
      return try JSONDocument(contentsOf: source).root
    }
    return try standardInput.root.member(name)
  }

  /// Reads the transactions, signing those that are not.
  public func transactions(_ rules: TransitionRules) throws(TransitionError) -> [TransitionTransaction] {
    var value: JSONValue?
    var encoded: Bytes?
    do throws(FormatError) {
      if sources.transactions == Sources.standardInput, let root = standardInput?.root {
        if let rlp = try root.optional("txsRlp"), !(try rlp.string().isEmpty) {
          encoded = try rlp.bytes()
        } else {
          value = try root.optional("txs")
        }
      } else {
        let root = try JSONDocument(contentsOf: sources.transactions).root
        if sources.transactions.hasSuffix(".rlp") { encoded = try root.bytes() } else { value = root }
      }
    } catch { throw TransitionError(error) }
    if let encoded { return try TransitionTransaction.list(decoding: encoded) }
    return try TransitionTransaction.list(value, fork: rules.phase.fork, chainID: rules.chainID)
  }
}
