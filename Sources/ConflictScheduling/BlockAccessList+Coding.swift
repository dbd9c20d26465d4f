public import EthereumTypes

extension BlockAccessList {
  /// Reads the RLP form of EIP-7928.
  ///
  /// - Throws: `ScheduleFormatError` naming the first field that is not as it should be, order and duplicates
  ///   included.
  ///
  /// - Parameter checksOrder: whether a list out of order is refused.
  public init(decoding bytes: Bytes, checksOrder: Bool = true) throws(ScheduleFormatError) {
    var accounts: [Account] = []
    for item in try RLPField(decoding: bytes, name: "blockAccessList").items() {
      let fields = try item.items(named: [
        "address", "storageChanges", "storageReads", "balanceChanges", "nonceChanges", "codeChanges",
      ])
      var account = Account(address: try fields[0].address())
      for slot in try fields[1].items() {
        let parts = try slot.items(named: ["slot", "changes"])
        account.storageChanges.append(
          SlotChanges(
            slot: try parts[0].word(),
            changes: try Self.changes(parts[1]) { value throws(ScheduleFormatError) in try value.word() }))
      }
      for slot in try fields[2].items() { account.storageReads.append(try slot.word()) }
      account.balanceChanges = try Self.changes(fields[3]) { value throws(ScheduleFormatError) in
        try value.word()
      }
      account.nonceChanges = try Self.changes(fields[4]) { value throws(ScheduleFormatError) in
        guard let nonce = try value.word().asUInt64 else { throw value.error("64 bits") }
        return nonce
      }
      account.codeChanges = try Self.changes(fields[5]) { value throws(ScheduleFormatError) in
        try value.bytes()
      }
      accounts.append(account)
    }
    self.init(accounts)
    if checksOrder { try checkOrder() }
  }

  private static func changes<Value>(
    _ field: RLPField, _ read: (RLPField) throws(ScheduleFormatError) -> Value
  ) throws(ScheduleFormatError) -> [Change<Value>] {
    var changes: [Change<Value>] = []
    for item in try field.items() {
      let parts = try item.items(named: ["index", "value"])
      changes.append(
        Change(
          index: UInt32(truncatingIfNeeded: try parts[0].integer(upTo: Int(UInt32.max))),
          value: try read(parts[1])))
    }
    return changes
  }

  /// Reads the JSON form of the execution specification's fixtures: an array of accounts, numbers as hexadecimal.
  ///
  /// - Parameter checksOrder: whether a list out of order is refused.
  public init(decodingJSON bytes: Bytes, checksOrder: Bool = true) throws(ScheduleFormatError) {
    var accounts: [Account] = []
    for item in try JSONField(try JSON(parsing: bytes), path: "blockAccessList").items() {
      var account = Account(address: try item.required("address").address())
      for slot in try item.optional("storageChanges")?.items() ?? [] {
        account.storageChanges.append(
          SlotChanges(
            slot: try slot.required("slot").word(),
            changes: try Self.changes(slot.required("slotChanges"), "postValue") {
              value throws(ScheduleFormatError) in try value.word()
            }))
      }
      for slot in try item.optional("storageReads")?.items() ?? [] {
        account.storageReads.append(try slot.word())
      }
      account.balanceChanges = try Self.changes(item.optional("balanceChanges"), "postBalance") {
        value throws(ScheduleFormatError) in try value.word()
      }
      account.nonceChanges = try Self.changes(item.optional("nonceChanges"), "postNonce") {
        value throws(ScheduleFormatError) in
        guard let nonce = try value.word().asUInt64 else { throw value.error("64 bits") }
        return nonce
      }
      account.codeChanges = try Self.changes(item.optional("codeChanges"), "newCode") {
        value throws(ScheduleFormatError) in
        guard let code = Hex.decode(try value.string()) else { throw value.error("hexadecimal digits") }
        return code
      }
      accounts.append(account)
    }
    self.init(accounts)
    if checksOrder { try checkOrder() }
  }

  private static func changes<Value>(
    _ field: JSONField?, _ key: String, _ read: (JSONField) throws(ScheduleFormatError) -> Value
  ) throws(ScheduleFormatError) -> [Change<Value>] {
    var changes: [Change<Value>] = []
    for item in try field?.items() ?? [] {
      let step = try item.required("blockAccessIndex")
      guard let index = try step.word().asUInt64, let index = UInt32(exactly: index) else {
        throw step.error("32 bits")
      }
      changes.append(Change(index: index, value: try read(item.required(key))))
    }
    return changes
  }

  /// Checks that addresses, slots and steps ascend strictly, as EIP-7928 wants them.
  public func checkOrder() throws(ScheduleFormatError) {
    func check(_ isAscending: Bool, _ field: String) throws(ScheduleFormatError) {
      if !isAscending {
        throw ScheduleFormatError(field: field, expected: "strictly ascending entries", found: "others")
      }
    }
    func ascends(_ values: some Sequence<some Comparable>) -> Bool {
      zip(values, values.dropFirst()).allSatisfy { $0 < $1 }
    }
    try check(ascends(accounts.map(\.address)), "blockAccessList")
    for (number, account) in accounts.enumerated() {
      let path = "blockAccessList[\(number)]"
      try check(ascends(account.storageChanges.map(\.slot)), "\(path).storageChanges")
      for (place, slot) in account.storageChanges.enumerated() {
        try check(ascends(slot.changes.map(\.index)), "\(path).storageChanges[\(place)].changes")
      }
      try check(ascends(account.storageReads), "\(path).storageReads")
      try check(ascends(account.balanceChanges.map(\.index)), "\(path).balanceChanges")
      try check(ascends(account.nonceChanges.map(\.index)), "\(path).nonceChanges")
      try check(ascends(account.codeChanges.map(\.index)), "\(path).codeChanges")
    }
  }
}
