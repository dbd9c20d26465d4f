import EVMBytecode
import EVMState
import EthereumTypes
import Testing

@testable import EVM

@Suite("The fee recipient, left to whoever applies a transaction's effects")
struct FeeRecipientTests {
  private static let sender = Address(0x5E)
  private static let recipient = Address(0xFEE)
  private static let newcomer = Address(0x7E3)
  /// Pushes the fee recipient's balance.
  private static let looks = Address(0xC0DE)
  /// Asks for the code size of an account that is warm from Shanghai on (EIP-3651).
  private static let asks = Address(0xA5C)
  /// Sends it 1 wei and reverts.
  private static let reverts = Address(0xBAD)

  private static func state(recipient: Account?) -> MemoryState {
    let state = MemoryState()
    state.set(sender, nonce: 0, balance: UInt256(1 << 60 as UInt64), code: [], storage: [:])
    let codes: [(Address, Bytes)] = [
      (looks, [0x41, 0x31, 0x00]), (asks, [0x41, 0x3B, 0x00]),
      (reverts, [0x60, 0x00, 0x80, 0x80, 0x80, 0x60, 0x01, 0x41, 0x5A, 0xF1, 0x60, 0x00, 0x80, 0xFD]),
    ]
    for (address, code) in codes { state.set(address, nonce: 1, balance: 9, code: code, storage: [:]) }
    if let recipient { state.set(Self.recipient, recipient, storage: [:]) }
    return state
  }

  private static func run(
    _ transaction: Transaction, from sender: Address, _ fork: Fork, on state: MemoryState, leaves: Bool
  ) throws -> TransactionResult {
    let block = BlockEnvironment(
      fork: fork, number: 1, timestamp: 1, coinbase: recipient, gasLimit: 30_000_000, prevRandao: .zero,
      baseFee: fork >= .london ? 7 : 0)
    var machine = Machine(block: block, reader: state)
    machine.leavesFeeRecipient = leaves
    return try machine.execute(transaction, sender: sender, on: state)
  }

  /// All that an effect says.
  private static func description(_ effect: AccountEffect) -> String {
    """
    \(effect.address) \(effect.observed) \(String(describing: effect.before)) \(effect.requiredBalance) \(effect.balance) \
    \(String(describing: effect.nonce)) \(String(describing: effect.codeHash)) \(effect.isCreated) \(effect.isDestroyed) \
    \(effect.exists) \(effect.isRemovedIfEmpty)
    """
  }

  @Test(
    "is credited with the same, and looked at where the transaction does",
    arguments: [.homestead, .byzantium, .london, .shanghai, .prague] as [Fork],
    [nil, Account(balance: 5), Account(nonce: 3), Account()])
  func sameEffects(fork: Fork, recipient: Account?) throws {
    let state = Self.state(recipient: recipient)
    for tip in [0, 2] as [UInt64] {
      for to in [Self.newcomer, Self.recipient, Self.looks, Self.asks, Self.reverts, nil] {
        for sender in recipient == Account(balance: 5) ? [Self.sender, Self.recipient] : [Self.sender] {
          state.set(Self.recipient, recipient, wipesStorage: false)
          if sender == Self.recipient {
            state.set(sender, Account(balance: UInt256(1 << 60 as UInt64)), wipesStorage: false)
          }
          let transaction = Transaction(
            kind: fork >= .london ? .dynamicFee : .legacy, chainID: fork >= .london ? 1 : nil,
            maxFeePerGas: UInt256(fork >= .london ? 7 + tip : tip), maxPriorityFeePerGas: UInt256(tip),
            gasLimit: 200_000, to: to, value: 3)
          let whole = try Self.run(transaction, from: sender, fork, on: state, leaves: false)
          var left = try Self.run(transaction, from: sender, fork, on: state, leaves: true)
          #expect(left.gasUsed == whole.gasUsed && left.succeeded == whole.succeeded)
          let place = try #require(left.effects.accounts.firstIndex { $0.address == Self.recipient })
          let isLeft = sender == Self.sender && tip > 0 && (to == nil || to == Self.newcomer)
          if isLeft { #expect(left.effects.accounts[place].before == nil) }
          left.effects.accounts[place].before = try state.account(Self.recipient)
          #expect(
            left.effects.accounts.map(Self.description).sorted()
              == whole.effects.accounts.map(Self.description).sorted(),
            "\(fork), \(String(describing: to)), tip \(tip)")
        }
      }
    }
  }
}
