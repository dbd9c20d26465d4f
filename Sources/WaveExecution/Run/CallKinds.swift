import EVM
import EthereumTypes

/// Learns, where there is no plan, which transactions depend on each other: those that call the same function of the same
/// contract, where that was so with the last of them. On mainnet nearly everything that runs in vain without a plan
/// does so because of another of its kind: mints from one collection, swaps in one pool.
///
/// For the committer alone. Made when it is first needed, as most blocks can do without.
struct CallKinds {
  /// A contract and the first four bytes of what it is called with.
  private struct Kind: Hashable {
    let target: Address
    let selector: UInt32
  }

  /// What was seen of a kind, the older the less.
  private struct Experience: BitwiseCopyable {
    var all = 0
    var dependent = 0
    /// Whether the next ones wait.
    var isChain = false
  }

  /// For each transaction the number of its kind, −1 where it creates a contract.
  private var kinds: [Int32] = []
  /// For each transaction the next of its kind and the previous one, −1 for none.
  private var next: [Int32] = []
  private var previous: [Int32] = []
  private var experiences: [Experience] = []

  /// Whether anything is known.
  var isEmpty: Bool { kinds.isEmpty }

  /// Linear in the transactions.
  init(_ transactions: [Transaction]) {
    kinds = Array(repeating: -1, count: transactions.count)
    next = kinds
    previous = kinds
    var numbers: [Kind: Int32] = [:]
    var last: [Int32] = []
    for index in transactions.indices {
      guard let target = transactions[index].to else { continue }
      let selector = transactions[index].data.prefix(4).reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
      let kind = Kind(target: target, selector: selector)
      let position = Int32(truncatingIfNeeded: index)
      if let number = numbers[kind] {
        kinds[index] = number
        previous[index] = last[Int(number)]
        next[Int(last[Int(number)])] = position
        last[Int(number)] = position
      } else {
        kinds[index] = Int32(truncatingIfNeeded: last.count)
        numbers[kind] = kinds[index]
        last.append(position)
      }
    }
    experiences = Array(repeating: Experience(), count: last.count)
  }

  /// Nothing is known.
  init() {}

  /// Whether two transactions are of one kind.
  func areAlike(_ one: Int, _ other: Int) -> Bool { kinds[one] >= 0 && kinds[one] == kinds[other] }

  /// The first of the few of its kind before a transaction.
  func recent(before index: Int) -> Int {
    var first = index
    for _ in 0..<Self.few where previous[first] >= 0 { first = Int(previous[first]) }
    return first
  }

  private static var few: Int { 4 }

  /// So many dependent ones make a chain, if they are half of all.
  private static var leastDependent: Int { 2 }
  /// With so many seen, all count half.
  private static var memory: Int { 16 }

  /// Notes whether a transaction depended on one of its kind shortly before.
  ///
  /// - Parameter update: called where this changes what the later ones of its kind are to do: with each of them and
  ///   the one that it is to wait for, −1 for none.
  mutating func note(_ index: Int, dependent: Bool, update: (Int, Int32) -> Void) {
    guard kinds[index] >= 0 else { return }
    let number = Int(kinds[index])
    experiences[number].all += 1
    if dependent { experiences[number].dependent += 1 }
    let isChain =
      experiences[number].dependent >= Self.leastDependent
      && experiences[number].dependent * 2 >= experiences[number].all
    if experiences[number].all >= Self.memory {
      experiences[number].all /= 2
      experiences[number].dependent /= 2
    }
    guard isChain != experiences[number].isChain else { return }
    experiences[number].isChain = isChain
    var later = next[index]
    while later >= 0 {
      update(Int(later), isChain ? previous[Int(later)] : -1)
      later = next[Int(later)]
    }
  }
}
