import EthereumTypes

/// The access list of a transaction (EIP-2930): addresses and slots that it says it will touch.
public struct AccessList: Hashable, Sendable {
  /// One address and some of its slots.
  public struct Entry: Hashable, Sendable {
    /// The account.
    public var address: Address
    /// Its slots.
    public var storageKeys: [UInt256]

    /// Lists slots of an account.
    public init(address: Address, storageKeys: [UInt256]) {
      self.address = address
      self.storageKeys = storageKeys
    }
  }

  /// The entries; an address may occur more than once.
  public var entries: [Entry]

  /// Makes a list of entries.
  public init(_ entries: [Entry]) { self.entries = entries }

  /// Lists all that an access set touches, by address and slot.
  public init(_ set: AccessSet) {
    var slots: [Address: Set<UInt256>] = [:]
    for location in set.reads + set.writes + set.adds {
      if location.field == .storage {
        slots[location.address, default: []].insert(location.slot)
      } else {
        slots[location.address, default: []].formUnion([])
      }
    }
    entries = slots.map { Entry(address: $0, storageKeys: $1.sorted()) }.sorted { $0.address < $1.address }
  }

  /// What a transaction with this list may do, as far as the list says: each slot listed is read and written, of
  /// each account the balance, nonce, code and liveness are read.
  ///
  /// A list does not tell reads from writes, says nothing of value transfers, and binds nobody: what is
  /// scheduled by it alone is speculative.
  public var accessSet: AccessSet {
    var reads: [Location] = []
    var writes: [Location] = []
    for entry in entries {
      for field in Location.Field.allCases where field != .storage {
        reads.append(Location(entry.address, field))
      }
      for key in entry.storageKeys { writes.append(.storage(entry.address, key)) }
    }
    return AccessSet(reads: reads + writes, writes: writes, adds: [])
  }

  /// Reads the RLP form: a list of pairs of an address and a list of 32-byte keys.
  public init(decodingRLP bytes: Bytes) throws(ScheduleFormatError) {
    entries = []
    for item in try RLPField(decoding: bytes, name: "accessList").items() {
      let fields = try item.items(named: ["address", "storageKeys"])
      var entry = Entry(address: try fields[0].address(), storageKeys: [])
      for key in try fields[1].items() {
        guard case .bytes(let bytes) = key.value, let hash = Hash32(bytes) else {
          throw key.error("32 bytes")
        }
        entry.storageKeys.append(hash.word)
      }
      entries.append(entry)
    }
  }

  /// The RLP form.
  public func encodedRLP() -> Bytes {
    RLP.list(
      entries.map { entry in
        .list([.bytes(entry.address.bytes), .list(entry.storageKeys.map { .bytes($0.bigEndianBytes) })])
      }
    ).encoded
  }

  /// Reads the JSON form: an array of objects with `address` and `storageKeys`.
  public init(decodingJSON bytes: Bytes) throws(ScheduleFormatError) {
    try self.init(JSONField(try JSON(parsing: bytes), path: "accessList"))
  }

  private init(_ field: JSONField) throws(ScheduleFormatError) {
    entries = []
    for item in try field.items() {
      var entry = Entry(address: try item.required("address").address(), storageKeys: [])
      for key in try item.optional("storageKeys")?.items() ?? [] { entry.storageKeys.append(try key.word()) }
      entries.append(entry)
    }
  }

  /// The JSON form.
  public func encodedJSON() -> Bytes { json.encoded }

  private var json: JSON {
    .array(
      entries.map { entry in
        .object([
          ("address", .string(entry.address.description)),
          ("storageKeys", .array(entry.storageKeys.map { .string($0.paddedHex) })),
        ])
      })
  }

  /// Reads an array of access lists in their JSON form, one for each transaction; null for none.
  public static func decodeLists(_ bytes: Bytes) throws(ScheduleFormatError) -> [AccessList] {
    let items = try JSONField(try JSON(parsing: bytes), path: "accessLists").items()
    var lists: [AccessList] = []
    for item in items { lists.append(item.value == .null ? AccessList([]) : try AccessList(item)) }
    return lists
  }

  /// The JSON form of the access lists of several transactions.
  public static func encode(_ lists: [AccessList]) -> Bytes { JSON.array(lists.map(\.json)).encoded }
}
