import EthereumTypes

/// The `extraData` of a Polygon Bor header since the Napoli fork, which carries the block's dependencies: 32 bytes
/// of vanity, the RLP list of validator bytes and `TxDependency` (PIP-16), and a 65-byte seal.
///
/// `TxDependency` holds for each transaction the indices of those it depends on.
public struct BorHeaderExtra: Hashable, Sendable {
  /// The first 32 bytes, free for the signer.
  public var vanity: Bytes
  /// The next validators, at the end of a sprint.
  public var validatorBytes: Bytes
  /// For each transaction those it depends on; empty where the producer gave none.
  public var dependencies: [[Int32]]
  /// Further fields that later forks have added, kept as they are.
  public var further: [RLP]
  /// The last 65 bytes: the producer's signature.
  public var seal: Bytes

  private static let vanityCount = 32
  private static let sealCount = 65

  /// Makes extra data that carries dependencies.
  public init(
    dependencies: [[Int32]], validatorBytes: Bytes = [], vanity: Bytes = Bytes(repeating: 0, count: 32),
    seal: Bytes = Bytes(repeating: 0, count: 65)
  ) {
    self.vanity = vanity
    self.validatorBytes = validatorBytes
    self.dependencies = dependencies
    self.further = []
    self.seal = seal
  }

  /// Reads extra data. `DependencyGraph(dependencyLists:)` says whether the dependencies make sense.
  ///
  /// - Throws: `ScheduleFormatError` naming the field that is not as it should be.
  public init(decoding bytes: Bytes) throws(ScheduleFormatError) {
    guard bytes.count > Self.vanityCount + Self.sealCount else {
      throw ScheduleFormatError(
        field: "extraData", expected: "more than \(Self.vanityCount + Self.sealCount) bytes",
        found: "\(bytes.count)")
    }
    vanity = Bytes(bytes.prefix(Self.vanityCount))
    seal = Bytes(bytes.suffix(Self.sealCount))
    let body = try RLPField(
      decoding: Bytes(bytes.dropFirst(Self.vanityCount).dropLast(Self.sealCount)), name: "extraData"
    )
    let fields = try body.items()
    guard fields.count >= 2 else { throw body.error("validator bytes and TxDependency") }
    validatorBytes = try fields[0].bytes()
    dependencies = []
    for row in try RLPField(fields[1].value, path: "TxDependency").items() {
      dependencies.append(try row.integers(upTo: ScheduleDocument.transactionLimit))
    }
    further = fields[2...].map(\.value)
  }

  /// The bytes; vanity and seal are cut or filled with zeros to their lengths.
  public func encoded() -> Bytes {
    func fit(_ bytes: Bytes, _ count: Int) -> Bytes {
      Bytes(bytes.prefix(count)) + Bytes(repeating: 0, count: max(0, count - bytes.count))
    }
    let lists = RLP.list(
      dependencies.map { row in RLP.list(row.map { RLP.quantity(UInt64(max($0, 0))) }) })
    return fit(vanity, Self.vanityCount) + RLP.list([.bytes(validatorBytes), lists] + further).encoded
      + fit(seal, Self.sealCount)
  }
}
