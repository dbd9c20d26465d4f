import EthereumTypes

/// An operand of a path's expression: a node (above 0), a constant (`~index`, below 0), or none (0).
typealias PathOperand = Int32

/// Operations of path expressions that are no EVM instructions; those stand for themselves by opcode.
enum PathCode {
  /// The word of the call data at offset `aux`.
  static let callDataWord: UInt8 = 0xE0
  /// What the sender pays before execution: gas limit × price, and the blob fee.
  static let upfrontCost: UInt8 = 0xE1
  /// The first 32 bytes of text `aux`.
  static let bytes: UInt8 = 0xE2
  /// Keccak-256 of two words behind each other.
  static let hashOfTwo: UInt8 = 0xE3
  /// The word ECRECOVER leaves for input text `aux` where `a` was before.
  static let recover: UInt8 = 0xE4
  /// The address of account row `aux`.
  static let accountAddress: UInt8 = 0xE5
  /// Whether ECRECOVER finds a signer for input text `aux`: 1 or 0.
  static let recovers: UInt8 = 0xE6
  /// What a precompile returns for input text `aux`; which one, and what of it, says the constant `a`, as made by
  /// `PrecompileAspect.code`.
  static let precompile: UInt8 = 0xE7
}

/// A value on a path as an expression over the transaction, the block and the state.
///
/// `op` is an EVM opcode of the same meaning or a `PathCode`. SLOAD stands for the value of slot row `aux` before the
/// transaction; BALANCE, EXTCODESIZE and EXTCODEHASH look at account row `aux`; KECCAK256 hashes text `aux`.
struct PathExpression: Hashable, BitwiseCopyable {
  var op: UInt8
  var aux: Int32 = 0
  var a: PathOperand = 0
  var b: PathOperand = 0
  var c: PathOperand = 0
}

/// Bytes that expressions are part of.
struct PathText: Hashable {
  /// A stretch that an expression supplies.
  struct Part: Hashable, BitwiseCopyable {
    var offset: Int32
    var count: Int32
    /// The node whose big-endian word supplies it; 0 for call data.
    var node: PathOperand
    /// Which byte of the word, or of the call data, comes first.
    var skip: Int32
  }

  /// All bytes, zero where a part supplies them.
  var bytes: [UInt8]
  /// Disjoint, by offset.
  var parts: [Part]
}

/// Something on a path that could have turned out otherwise.
struct PathEvent: Hashable, BitwiseCopyable {
  enum Kind: UInt8, BitwiseCopyable {
    /// Whether the operand is zero: outcome 1 where it is not.
    case zero
    /// What the operand is.
    case equal
    /// Which account row the address in the operand has; new rows are numbered as they come.
    case account
    /// Which slot row the slot in the operand of account row `row` has.
    case slot
    /// The same for transient storage.
    case transient
    /// What code account row `row` has: the outcome is its hash.
    case code

    /// Whether the outcome is a word, no small number.
    var expectsWord: Bool { self == .equal || self == .code }
  }

  var kind: Kind
  /// A node; a constant only for rows.
  var operand: PathOperand = 0
  var row: Int32 = 0
  /// How it turned out.
  var outcome = UInt256.zero
}

/// What is known once a path is over: what it touched, whatever the values are.
struct PathEnding {
  /// A slot that was written.
  struct Store: BitwiseCopyable {
    var row: Int32
    /// What was written; `none` where that was not worked out: it counts as another value then.
    var value: PathOperand
  }

  /// An account that was looked at.
  struct AccountUse: BitwiseCopyable {
    var flags: AccountRow.Flags
    /// Sums of known amounts received and sent; `none` where there are none.
    var credit = PathEnding.none
    var debit = PathEnding.none
    /// Whether amounts were moved that were not worked out.
    var hasUnknownAmounts: Bool
    /// Fields whose values decided something, a bit for each raw value of `Location.Field`.
    var conditions: UInt8 = 0
  }

  /// Between which values of a slot, or of an account's balance, something holds: a pair of `Bounds`.
  struct Pair: BitwiseCopyable {
    var low: PathOperand
    var high: PathOperand
  }

  /// That a slot, or an account's balance, lies between bounds is a condition.
  struct Range {
    var row: Int32
    var isBalance: Bool
    var pairs: [Pair]
  }

  /// A slot that is only added to, between bounds.
  struct Increment {
    var row: Int32
    var delta: PathOperand
    var pairs: [Pair]
  }

  /// No operand.
  static let none = PathOperand.min

  var accounts: [AccountUse] = []
  var stores: [Store] = []
  /// Slot rows whose values decided something.
  var slotConditions: [Int32] = []
  /// The least gas at the start of execution for which all that was proven about gas holds; where binding failed, the
  /// gas with which it did.
  var gasLimit = 0
  /// Why binding failed here; nil where it did not.
  var failure: FallbackReason?
  /// Values that decided something by lying between bounds.
  var ranges: [Range] = []
  var increments: [Increment] = []
  /// What the transaction leaves behind; nil where nobody asked, or paths do not express it.
  var effects: PathEffects?
}

/// What a transaction on a path leaves behind. Worked out only where somebody asks for it.
struct PathEffects {
  /// What a slot holds in the end.
  struct Slot: BitwiseCopyable {
    var row: Int32
    var value: PathOperand
  }

  /// An amount that an account receives or spends beside the known ones.
  struct Amount: BitwiseCopyable {
    var row: Int32
    var isDebit: Bool
    var value: PathOperand
  }

  /// As in `StorePrice`.
  struct Price: BitwiseCopyable {
    var original: PathOperand
    var current: PathOperand
    var new: PathOperand
    var price: Int32
  }

  var slots: [Slot] = []
  var amounts: [Amount] = []
  var prices: [Price] = []
  /// As in `Observations`.
  var births: [Int32] = []
  /// Gas used by execution, at most.
  var gas = 0
  var succeeds = true
  /// Whether a value could not be told.
  var isVague = false

  /// Renames the operands.
  mutating func rename(_ name: (PathOperand) -> PathOperand) {
    for index in slots.indices { slots[index].value = name(slots[index].value) }
    for index in amounts.indices { amounts[index].value = name(amounts[index].value) }
    for index in prices.indices {
      let price = prices[index]
      prices[index] = Price(
        original: name(price.original), current: name(price.current), new: name(price.new), price: price.price
      )
    }
  }
}

extension PathEnding {
  /// Renames the operands of all bounds.
  mutating func renameBounds(_ name: (PathOperand) -> PathOperand) {
    func rename(_ pairs: inout [Pair]) {
      for index in pairs.indices {
        pairs[index] = Pair(low: name(pairs[index].low), high: name(pairs[index].high))
      }
    }
    for index in ranges.indices { rename(&ranges[index].pairs) }
    for index in increments.indices {
      increments[index].delta = name(increments[index].delta)
      rename(&increments[index].pairs)
    }
  }
}
