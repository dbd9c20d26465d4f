import EVM
import EVMBytecode
import EVMPrecompiles
import EVMState
import EthereumTypes

extension Binder {
  /// The slot's row in the running account; its first touch makes its value a symbol.
  mutating func touchSlot(_ slot: Value) -> (row: Int, isCold: Bool) {
    let key = SlotKey(address: frame.address, slot: slot.word)
    let isCreated = table.accounts[frame.account].flags.contains(.created)
    let row = UInt64(table.slots.count)
    let found = table.slot(key) {
      isCreated
        ? .zero
        : symbols.add(Symbol(.storage, Value(key.address.word), Value(slot.word), Value(UInt256(row))))
    }
    symbols.recorder?.noteRow(.slot, slot, of: frame.account, is: found)
    return (found, table.warm(slot: found))
  }

  /// The row of the account whose address a known word holds.
  mutating func accountRow(_ word: Value) -> Int {
    let row = table.account(Address(truncating: word.word))
    symbols.recorder?.noteRow(.account, word, is: row)
    return row
  }

  /// The address of a row's account.
  func addressValue(_ row: Int, _ address: Address) -> Value {
    guard let recorder = symbols.recorder else { return Value(address.word) }
    return Value(address.word, trace: recorder.input(PathCode.accountAddress, row))
  }

  /// What a first look at an account costs at most (EIP-150, EIP-1884, EIP-2929).
  var coldPrice: Int {
    environment.fork >= .berlin ? 2_600 : environment.fork >= .tangerineWhistle ? 700 : 40
  }

  /// The row of the account whose address a known word holds; pays for a first look at it.
  mutating func warm(_ word: Value) -> Int {
    let row = accountRow(word)
    frame.gasUsed +=
      environment.fork < .berlin ? coldPrice : table.warm(account: row) ? coldPrice : 100
    return row
  }

  /// The account's balance now.
  mutating func balance(_ row: Int) -> Value {
    table.note(.balanceRead, row)
    return balanceUnread(row)
  }

  /// The same, where nothing hangs on it.
  mutating func balanceUnread(_ row: Int) -> Value {
    if table.accounts[row].balanceSymbol == 0 {
      let symbol =
        symbols.add(Symbol(.balance, Value(table.accounts[row].address.word), Value(UInt256(row)))).symbol
      table.remember(row) { $0.balanceSymbol = symbol }
    }
    let change = table.accounts[row].balance
    var value = Value(symbol: table.accounts[row].balanceSymbol)
    let known = symbols.operation(Opcode.sub, change.credit, change.debit, .zero)
    value = symbols.operation(Opcode.add, value, known, .zero)
    for credit in change.creditSymbols {
      value = symbols.operation(Opcode.add, value, Value(symbol: credit), .zero)
    }
    for debit in change.debitSymbols {
      value = symbols.operation(Opcode.sub, value, Value(symbol: debit), .zero)
    }
    return value
  }

  /// Moves wei. What the sender has is not looked at here.
  mutating func transfer(
    _ amount: Value, from sender: Int, to recipient: Int
  ) throws(FallbackReason) {
    var amount = symbols.derived(amount) ?? amount
    // Where values are asked for anyway, better ask for one more than count handing on for spending.
    if provesGasByValues, !amount.isKnown, !balanceChange(sender).credit.isKnownZero {
      amount = try forced(amount)
    }
    amount = decidedZeroness(amount)
    if amount.isKnownZero || sender == recipient {
      if sender == recipient && !amount.isKnownZero { table.note(.balanceRead, sender) }
      return
    }
    debit(sender, amount)
    credit(recipient, amount)
  }

  /// The account's changes, with amounts that have become known meanwhile among the known ones.
  mutating func balanceChange(_ row: Int) -> BalanceChange {
    var change = table.accounts[row].balance
    if change.creditSymbols.isEmpty && change.debitSymbols.isEmpty { return change }
    func fold(_ amounts: inout [UInt32], into sum: inout Value) {
      amounts.removeAll { symbol in
        guard let known = symbols.derived(Value(symbol: symbol)) else { return false }
        sum = symbols.operation(Opcode.add, sum, known, .zero)
        return true
      }
    }
    fold(&change.creditSymbols, into: &change.credit)
    fold(&change.debitSymbols, into: &change.debit)
    return change
  }

  /// Whether the account can pay an amount with what it received in this transaction, whatever it held before.
  mutating func hasReceived(_ amount: Value, _ row: Int) -> Bool {
    let change = balanceChange(row)
    guard change.debitSymbols.isEmpty, amount.isKnown || change.creditSymbols.contains(amount.symbol),
      !amount.isKnown || !change.credit.isKnownZero
    else { return false }
    // Step by step, so that nothing wraps.
    func exceeds(_ a: Value, _ b: Value) -> Bool {
      !decidedZeroness(symbols.operation(Opcode.gt, a, b, .zero)).word.isZero
    }
    if exceeds(change.debit, change.credit) { return false }
    if !amount.isKnown { return true }
    return !exceeds(amount, symbols.operation(Opcode.sub, change.credit, change.debit, .zero))
  }

  mutating func debit(_ row: Int, _ amount: Value) {
    var change = balanceChange(row)
    var observes = true
    if amount.isKnown {
      change.debit = symbols.operation(Opcode.add, change.debit, amount, .zero)
      if !table.accounts[row].flags.isSuperset(of: [.balanceRead, .balanceWritten]) {
        // Handing on what was received before in this transaction observes nothing.
        let exceeds = symbols.operation(Opcode.gt, change.debit, change.credit, .zero)
        observes = !decidedZeroness(exceeds).word.isZero
      }
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
    let credit =
      amount.isKnown
      ? symbols.operation(Opcode.add, table.accounts[row].balance.credit, amount, .zero) : .zero
    table.change(row) {
      if amount.isKnown {
        $0.balance.credit = credit
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
    return symbols.add(Symbol(.codeSize, Value(table.accounts[row].address.word), Value(UInt256(row))))
  }

  /// EXTCODEHASH: zero for a dead account, which one that has received something in this transaction is not (EIP-1052).
  mutating func codeHash(_ row: Int) throws(FallbackReason) -> Value {
    table.note([.codeRead, .livenessRead], row)
    let account = table.accounts[row]
    guard account.newCode == nil, !account.flags.contains(.created) else { throw .creation }
    let change = account.balance
    let isUntouched =
      change.credit == .zero && change.debit == .zero && change.creditSymbols.isEmpty
      && change.debitSymbols.isEmpty
    if isUntouched && !account.flags.contains(.nonceWritten) {
      return symbols.add(Symbol(.codeHash, Value(account.address.word), Value(UInt256(row))))
    }
    let isAlive =
      account.flags.contains(.nonceWritten)
      || change.debit == .zero && change.debitSymbols.isEmpty
        && !decidedZeroness(change.credit).word.isZero
    guard isAlive else { throw .unsupportedInstruction }
    let before = try self.account(account.address)
    require(.code, of: account.address, before)
    let hash = before?.codeHash ?? .emptyCode
    symbols.recorder?.noteCode(of: row, is: hash)
    return Value(hash.word)
  }

  /// The account's code; its bytes become a condition.
  mutating func codeText(_ row: Int) throws(FallbackReason) -> Text {
    table.note(.codeRead, row)
    if let code = table.accounts[row].newCode { return code }
    if table.accounts[row].flags.contains(.created) { return Text() }
    let address = table.accounts[row].address
    let account = try account(address)
    require(.code, of: address, account)
    symbols.recorder?.noteCode(of: row, is: account?.codeHash ?? .emptyCode)
    guard let account, account.codeHash != .emptyCode else { return Text() }
    do { return Text(try state.code(account.codeHash)) } catch { throw .state }
  }

  /// What runs when the account is called; follows a delegation (EIP-7702).
  mutating func resolveCode(_ row: Int) throws(FallbackReason) -> ResolvedCode {
    table.note(.codeRead, row)
    if let resolved = table.accounts[row].resolved { return resolved }
    var isDelegated = false
    let resolved = try resolve(row, &isDelegated)
    // What an account delegates to may get code before the next call, and lose it again.
    table.remember(row) {
      $0.isDelegated = isDelegated
      if !isDelegated { $0.resolved = resolved }
    }
    return resolved
  }

  private mutating func resolve(_ row: Int, _ isDelegated: inout Bool) throws(FallbackReason) -> ResolvedCode
  {
    if let code = table.accounts[row].newCode { return try follow(try force(code), hash: nil, &isDelegated) }
    if table.accounts[row].flags.contains(.created) { return .empty }
    let address = table.accounts[row].address
    let account = try account(address)
    require(.code, of: address, account)
    symbols.recorder?.noteCode(of: row, is: account?.codeHash ?? .emptyCode)
    guard let account, account.codeHash != .emptyCode else { return .empty }
    if let summary = analyzer.knownSummary(account.codeHash, fork: environment.fork) {
      return .contract(summary)
    }
    let code: [UInt8]
    do { code = try state.code(account.codeHash) } catch { throw .state }
    return try follow(code, hash: account.codeHash, &isDelegated)
  }

  private mutating func follow(
    _ code: [UInt8], hash: Hash32?, _ isDelegated: inout Bool
  ) throws(FallbackReason) -> ResolvedCode {
    if environment.fork >= .prague, let target = Self.delegation(code) {
      isDelegated = true
      if precompiles.precompile(at: target) != nil { return .empty }
      let row = accountRow(Value(target.word))
      table.note(.codeRead, row)
      // A delegation is followed once only: code that is itself a designator runs as it stands.
      let text = try codeText(row)
      let known = table.accounts[row].newCode == nil ? try account(target)?.codeHash : nil
      if let known, known != .emptyCode,
        let summary = analyzer.knownSummary(known, fork: environment.fork)
      {
        return .contract(summary)
      }
      let bytes = try force(text)
      if bytes.isEmpty { return .empty }
      try spend(bytes.count >> 2)
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
