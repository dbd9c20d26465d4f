import EthereumTypes

/// Read/write sets of any chain as JSON, in and out.
///
/// The document is an array of transactions, or an object whose `transactions` is one (so that what
/// `wavefront analyze --json` prints can be read back). Of each transaction:
/// - `reads`, `writes`, `adds`: arrays of keys, any strings. A key that is written like one of our locations is that
///   location; any other is hashed to one. Missing arrays are empty;
/// - `ns_rwset` instead: the form in which Hyperledger Fabric's tools print a transaction's read/write set, with
///   `reads`, `writes`, `metadata_writes` and `range_queries_info` of each namespace, and hashed collections;
/// - `class`: `"unknown"` for a transaction that may do anything;
/// - `cost` (or `gas`), `sender`, `nonce`, `fee`, `gasLimit`: optional, see `ScheduledTransaction`; wei and other large
///   numbers may be strings of decimal digits.
public enum ReadWriteSets {
  /// Reads a document. Linear in its size.
  ///
  /// - Throws: `ScheduleFormatError` naming the first wrong field.
  public static func decode(_ bytes: Bytes) throws(ScheduleFormatError) -> [ScheduledTransaction] {
    let document = try JSONField(parsing: bytes)
    let items: [JSONField] =
      if case .object = document.value {
        try document.required("transactions").items()
      } else {
        try JSONField(document.value, path: "transactions").items()
      }
    guard items.count <= ScheduleDocument.transactionLimit else {
      throw document.error("at most \(ScheduleDocument.transactionLimit) transactions")
    }
    var transactions: [ScheduledTransaction] = []
    for item in items { transactions.append(try transaction(item)) }
    return transactions
  }

  /// Writes transactions down in the first form, costs, senders, nonces, fees and gas limits included.
  public static func encode(_ transactions: [ScheduledTransaction]) -> Bytes {
    func keys(_ locations: [Location]) -> JSON { .array(locations.map { .string($0.description) }) }
    return JSON.array(
      transactions.map { transaction in
        .object([
          ("adds", transaction.access.map { keys($0.adds) }),
          ("class", transaction.access == nil ? .string("unknown") : nil),
          ("cost", .integer(transaction.cost)),
          ("fee", .string("\(transaction.fee)")),
          ("gasLimit", .string("\(transaction.gasLimit)")),
          ("nonce", transaction.nonce.map { .string("\($0)") }),
          ("reads", transaction.access.map { keys($0.reads) }),
          ("sender", transaction.sender.map { .string($0.description) }),
          ("writes", transaction.access.map { keys($0.writes) }),
        ])
      }
    ).encoded
  }

  private static func transaction(_ item: JSONField) throws(ScheduleFormatError) -> ScheduledTransaction {
    let isUnknown = try item.optional("class")?.string() == "unknown"
    let cost = try item.optional("cost", or: "gas")?.integer(in: 0...Int.max) ?? 1
    var access: AccessSet?
    if !isUnknown {
      access = try item.optional("ns_rwset").map { namespaces throws(ScheduleFormatError) in
        try FabricSets(namespaces).accessSet
      }
      if access == nil {
        access = AccessSet(
          reads: try keys(item, "reads"), writes: try keys(item, "writes"), adds: try keys(item, "adds"))
      }
    }
    return ScheduledTransaction(
      access: access, cost: cost,
      sender: try item.optional("sender")?.string().account,
      nonce: try item.optional("nonce")?.decimal(UInt64.self),
      fee: try item.optional("fee")?.decimal(UInt128.self) ?? 0,
      gasLimit: try item.optional("gasLimit")?.decimal(UInt64.self))
  }

  private static func keys(_ item: JSONField, _ name: String) throws(ScheduleFormatError) -> [Location] {
    var locations: [Location] = []
    for key in try item.optional(name)?.items() ?? [] {
      let text = try key.string()
      locations.append(Location(text) ?? location(text, in: ""))
    }
    return locations
  }

  /// The location that stands for a key of another chain: a slot of an address, both from hashes.
  static func location(_ key: String, in namespace: String) -> Location {
    .storage(
      Address(truncating: keccak256(Bytes(namespace.utf8)).word), keccak256(Bytes(key.utf8)).word)
  }
}

/// What a Fabric transaction touches, namespace by namespace.
///
/// A range query fails where a key appears in its range or goes from it. So each namespace has one more location,
/// its *key range*, which every write adds to and every range query reads: writes commute as before, and
/// conflict with range queries.
private struct FabricSets {
  private var reads: [Location] = []
  private var writes: [Location] = []
  private var adds: [Location] = []

  var accessSet: AccessSet { AccessSet(reads: reads, writes: writes, adds: adds) }

  init(_ namespaces: JSONField) throws(ScheduleFormatError) {
    for namespace in try namespaces.items() {
      let name = try namespace.required("namespace").string()
      if let sets = try namespace.optional("rwset") {
        try note(sets, in: name, reads: "reads", writes: "writes", key: "key")
        for _ in try sets.optional("range_queries_info")?.items() ?? [] {
          reads.append(Self.keyRange(of: name))
        }
      }
      for collection in try namespace.optional("collection_hashed_rwset")?.items() ?? [] {
        let collectionName = try collection.required("collection_name").string()
        if let sets = try collection.optional("hashed_rwset") {
          try note(
            sets, in: "\(name)\0\(collectionName)", reads: "hashed_reads", writes: "hashed_writes",
            key: "key_hash")
        }
      }
    }
  }

  private mutating func note(
    _ sets: JSONField, in namespace: String, reads readsKey: String, writes writesKey: String, key: String
  ) throws(ScheduleFormatError) {
    for entry in try sets.optional(readsKey)?.items() ?? [] {
      reads.append(ReadWriteSets.location(try entry.required(key).string(), in: "key:" + namespace))
    }
    for entry in try sets.optional(writesKey)?.items() ?? [] {
      writes.append(ReadWriteSets.location(try entry.required(key).string(), in: "key:" + namespace))
      adds.append(Self.keyRange(of: namespace))
    }
    for entry in try sets.optional("metadata_writes")?.items() ?? [] {
      // Metadata count into a key's version, so whoever reads the key reads them.
      guard let name = try entry.optional(key, or: "key_hash") else {
        throw entry.error("a key")
      }
      writes.append(ReadWriteSets.location(try name.string(), in: "key:" + namespace))
    }
  }

  private static func keyRange(of namespace: String) -> Location {
    ReadWriteSets.location("", in: "range:" + namespace)
  }
}

extension String {
  /// The account of a sender: an address, or the hash of a name.
  fileprivate var account: Address {
    Address(hex: self) ?? Address(truncating: keccak256(Bytes(utf8)).word)
  }
}

extension JSONField {
  /// The field under one of two keys.
  fileprivate func optional(_ key: String, or other: String) throws(ScheduleFormatError) -> JSONField? {
    if let field = try optional(key) { return field }
    return try optional(other)
  }

  /// A non-negative integer, as a number or a string of decimal digits.
  fileprivate func decimal<Number: FixedWidthInteger & UnsignedInteger>(
    _ type: Number.Type
  ) throws(ScheduleFormatError) -> Number {
    let number: Number? =
      switch value {
      case .integer(let number): Number(exactly: number)
      case .number(let text), .string(let text): Number(text, radix: 10)
      default: nil
      }
    guard let number else { throw error("an integer from 0 to \(Number.max)") }
    return number
  }
}
