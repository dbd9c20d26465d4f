import EVM
import EVMBytecode
import EVMPrecompiles
import EVMState
import EthereumTypes

extension Binder {
  /// The slot's row in the running account; its first touch makes its value a symbol.
  mutating func touchSlot(_ slot: UInt256) -> (row: Int, isNew: Bool) {
    let key = SlotKey(address: frame.address, slot: slot)
    let isCreated = table.accounts[frame.account].flags.contains(.created)
    return table.slot(key) {
      isCreated ? .zero : symbols.add(Symbol(.storage, Value(key.address.word), Value(slot)))
    }
  }

  /// The account's row; pays for a first look at it.
  mutating func warm(_ address: Address) -> Int {
    let row = table.account(address)
    if table.accounts[row].flags.contains(.warm) {
      frame.gasUsed += environment.fork >= .berlin ? 100 : 700
    } else {
      frame.gasUsed += 2600
      table.note(.warm, row)
    }
    return row
  }

  /// The account's balance now.
  mutating func balance(_ row: Int) -> Value {
    table.note(.balanceRead, row)
    if table.accounts[row].balanceSymbol == 0 {
      let symbol = symbols.add(Symbol(.balance, Value(table.accounts[row].address.word))).symbol
      table.remember(row) { $0.balanceSymbol = symbol }
    }
    let change = table.accounts[row].balance
    var value = Value(symbol: table.accounts[row].balanceSymbol)
    value = symbols.operation(Opcode.add, value, Value(change.credit &- change.debit), .zero)
    for credit in change.creditSymbols {
      value = symbols.operation(Opcode.add, value, Value(symbol: credit), .zero)
    }
    for debit in change.debitSymbols {
      value = symbols.operation(Opcode.sub, value, Value(symbol: debit), .zero)
    }
    return value
  }

  /// Moves wei. What the sender has is not looked at here.
  mutating func transfer(_ amount: Value, from sender: Int, to recipient: Int) {
    let amount = symbols.settled(amount)
    if amount.isKnownZero || sender == recipient {
      if sender == recipient && !amount.isKnownZero { table.note(.balanceRead, sender) }
      return
    }
    debit(sender, amount)
    credit(recipient, amount)
  }

  mutating func debit(_ row: Int, _ amount: Value) {
    var change = table.accounts[row].balance
    var observes = true
    if amount.isKnown {
      change.debit = change.debit &+ amount.word
      // Handing on what was received before in this transaction observes nothing.
      observes = change.debit > change.credit
    } else if let index = change.creditSymbols.firstIndex(of: amount.symbol) {
      change.creditSymbols.remove(at: index)
      observes = false
    } else {
      change.debitSymbols.append(amount.symbol)
    }
    if observes { table.note(.balanceRead, row) }
    table.change(row) {
      $0.balance = change
      if observes { $0.flags.insert(.balanceWritten) }
    }
  }

  mutating func credit(_ row: Int, _ amount: Value) {
    table.change(row) {
      if amount.isKnown {
        $0.balance.credit = $0.balance.credit &+ amount.word
      } else if let index = $0.balance.debitSymbols.firstIndex(of: amount.symbol) {
        $0.balance.debitSymbols.remove(at: index)
      } else {
        $0.balance.creditSymbols.append(amount.symbol)
      }
    }
  }

  // MARK: Code

  /// EXTCODESIZE.
  mutating func codeSize(_ row: Int) -> Value {
    table.note(.codeRead, row)
    if let code = table.accounts[row].newCode { return Value(UInt256(code.count)) }
    if table.accounts[row].flags.contains(.created) { return .zero }
    return symbols.add(Symbol(.codeSize, Value(table.accounts[row].address.word)))
  }

  /// The account's code; its bytes become a condition.
  mutating func codeText(_ row: Int) throws(FallbackReason) -> Text {
    table.note(.codeRead, row)
    if let code = table.accounts[row].newCode { return code }
    if table.accounts[row].flags.contains(.created) { return Text() }
    let address = table.accounts[row].address
    require(.code(address))
    guard let account = try account(address), account.codeHash != .emptyCode else { return Text() }
    do { return Text(try state.code(account.codeHash)) } catch { throw .state }
  }

  /// What runs when the account is called; follows a delegation (EIP-7702).
  mutating func resolveCode(_ row: Int) throws(FallbackReason) -> ResolvedCode {
    table.note(.codeRead, row)
    if let resolved = table.accounts[row].resolved { return resolved }
    let resolved = try resolve(row)
    table.remember(row) { $0.resolved = resolved }
    return resolved
  }

  private mutating func resolve(_ row: Int) throws(FallbackReason) -> ResolvedCode {
    if let code = table.accounts[row].newCode { return try follow(try force(code), hash: nil) }
    if table.accounts[row].flags.contains(.created) { return .empty }
    let address = table.accounts[row].address
    require(.code(address))
    guard let account = try account(address), account.codeHash != .emptyCode else { return .empty }
    if let summary = analyzer.knownSummary(account.codeHash, fork: environment.fork) {
      return .contract(summary)
    }
    do { return try follow(try state.code(account.codeHash), hash: account.codeHash) } catch let reason
      as FallbackReason
    { throw reason } catch { throw .state }
  }

  private mutating func follow(_ code: [UInt8], hash: Hash32?) throws(FallbackReason) -> ResolvedCode {
    if environment.fork >= .prague, let target = Self.delegation(code) {
      if precompiles.precompile(at: target) != nil { return .empty }
      let row = table.account(target)
      table.note(.codeRead, row)
      // A delegation is followed once only: code that is itself a designator runs as it stands.
      let text = try codeText(row)
      let bytes = try force(text)
      if bytes.isEmpty { return .empty }
      try spend(bytes.count >> 2)
      let known = table.accounts[row].newCode == nil ? try account(target)?.codeHash : nil
      return .contract(analyzer.summary(bytes, hash: known, fork: environment.fork))
    }
    try spend(code.count >> 2)
    return code.isEmpty ? .empty : .contract(analyzer.summary(code, hash: hash, fork: environment.fork))
  }

  /// The target of a delegation designator (EIP-7702).
  static func delegation(_ code: [UInt8]) -> Address? {
    guard code.count == 23, code[0] == 0xEF, code[1] == 0x01, code[2] == 0x00 else { return nil }
    return Address(code[3...])
  }
}
