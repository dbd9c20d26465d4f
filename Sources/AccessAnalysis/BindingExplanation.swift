public import EVM
import EVMBytecode
public import EVMState
public import EthereumTypes

/// Why a transaction's access set is what it is: the expression behind each key, and what was decided on the way, in
/// terms of the transaction, the block and the state before it.
public struct BindingExplanation {
  /// The accounts that the transaction looks at, as expressions name them: `account 2` is number 2, and number 0 the
  /// sender.
  public let accounts: [Address]
  /// The expression of each storage slot that is looked at, as far as it is no constant.
  public let keys: [Location: String]
  /// What was decided, in order.
  public let decisions: [String]

  private let recorder: PathRecorder
  private let slots: [Slot]

  private struct Slot {
    var account: Int
    var key: PathOperand
    var word: UInt256
  }

  init(_ recorder: PathRecorder, sender: Address) {
    var accounts = [sender]
    var slots: [Slot] = []
    for (event, word) in zip(recorder.events, recorder.words) {
      let row = Int(clamping: event.outcome.l0)
      if event.kind == .account, row == accounts.count { accounts.append(Address(truncating: word)) }
      if event.kind == .slot, row == slots.count {
        slots.append(Slot(account: Int(event.row), key: event.operand, word: word))
      }
    }
    var keys: [Location: String] = [:]
    for slot in slots where slot.key > 0 && slot.account < accounts.count {
      keys[.storage(accounts[slot.account], slot.word)] = Self.text(slot.key, recorder, slots, length: 400)
    }
    self.recorder = recorder
    self.accounts = accounts
    self.slots = slots
    self.keys = keys
    decisions = zip(recorder.events, recorder.words).compactMap { Self.text($0, $1, recorder, slots) }
  }

  /// What the value at a location decides, or is part of the key of.
  ///
  /// - Parameter limit: how many lines at most.
  /// - Complexity: linear in the number of expressions.
  public func uses(of location: Location, limit: Int) -> [String] {
    let rows = slots.indices.filter {
      slots[$0].account < accounts.count && location == .storage(accounts[slots[$0].account], slots[$0].word)
    }
    let account = accounts.firstIndex(of: location.address)
    let depends = recorder.dependents { node in
      switch node.op {
      case Opcode.sload: location.field == .storage && rows.contains(Int(node.aux))
      case Opcode.balance: location.field == .balance && account == Int(node.aux)
      case Opcode.extcodesize, Opcode.extcodehash: location.field == .code && account == Int(node.aux)
      default: false
      }
    }
    var lines: [String] = []
    for (event, word) in zip(recorder.events, recorder.words) where lines.count < limit {
      guard event.operand > 0, depends[Int(event.operand)] else { continue }
      if let line = Self.text(event, word, recorder, slots), !lines.contains(line) { lines.append(line) }
    }
    return lines
  }

  // MARK: Text

  private static func text(
    _ operand: PathOperand, _ recorder: PathRecorder, _ slots: [Slot], length: Int = 160
  ) -> String {
    recorder.text(operand, length: length) { row in
      guard row < slots.count else { return "…" }
      // Of a slot found by way of another one, only the number: keys of keys of keys grow without end.
      let key = recorder.text(slots[row].key, length: length) { "slot \($0)" }
      return slots[row].account == 1 ? key : "\(key) of \(PathRecorder.accountName(slots[row].account))"
    }
  }

  /// Nil for what hangs on nothing.
  private static func text(
    _ event: PathEvent, _ word: UInt256, _ recorder: PathRecorder, _ slots: [Slot]
  ) -> String? {
    guard event.operand > 0 else { return nil }
    let expression = text(event.operand, recorder, slots)
    switch event.kind {
    case .zero: return event.outcome.isZero ? "\(expression) is 0" : "\(expression) is not 0"
    case .equal: return "\(expression) is \(word.minimalHex)"
    case .account: return "\(expression) is account \(event.outcome.decimal), \(Address(truncating: word))"
    case .slot: return "slot \(expression) of \(PathRecorder.accountName(Int(event.row))) is looked at"
    case .transient:
      return "transient slot \(expression) of \(PathRecorder.accountName(Int(event.row))) is looked at"
    case .code: return nil
    }
  }
}

extension AccessAnalyzer {
  /// Binds a transaction once more and says how that came out.
  ///
  /// - Returns: Nil where summaries do not express what the transaction does at all.
  public func explain(
    _ transaction: Transaction, from sender: Address, environment: BlockEnvironment, state: any StateReader
  ) -> BindingExplanation? {
    guard environment.fork < .amsterdam else { return nil }
    let recorder = recorded(
      TransactionCall(transaction, sender: sender, environment: environment), environment: environment,
      state: state)
    return recorder.events.isEmpty ? nil : BindingExplanation(recorder, sender: sender)
  }
}
