import EVM
import EthereumTypes
import Testing

@testable import WaveExecution

@Suite("Who depends on whom is learned from those of one kind")
struct CallKindsTests {
  /// Calls of the functions 1 and 2 of one contract in turns, and a creation at the end.
  private let transactions: [Transaction] = {
    var transactions = (0..<20).map { number in
      var transaction = Transaction()
      transaction.to = Address(7)
      transaction.data = [0, 0, 0, UInt8(1 + number % 2), UInt8(number)]
      return transaction
    }
    transactions.append(Transaction())
    return transactions
  }()

  @Test("once two had to run again, each waits for the one of its kind before it, and no other does")
  func chain() {
    var kinds = CallKinds(transactions)
    var waits: [Int: Int32] = [:]
    for index in [0, 2] { kinds.note(index, dependent: true) { waits[$0] = $1 } }
    kinds.note(1, dependent: false) { waits[$0] = $1 }
    #expect(waits.keys.sorted() == [4, 6, 8, 10, 12, 14, 16, 18])
    #expect(waits.allSatisfy { $0.value == Int32($0.key - 2) })
  }

  @Test("where they turn out not to depend on each other, none waits any more")
  func unlearns() {
    var kinds = CallKinds(transactions)
    var waits: [Int: Int32] = [:]
    for index in [0, 2] { kinds.note(index, dependent: true) { waits[$0] = $1 } }
    for index in [4, 6, 8] { kinds.note(index, dependent: false) { waits[$0] = $1 } }
    #expect(waits[10] == -1 && waits[18] == -1)
  }

  @Test("what creates a contract is like no other")
  func creations() {
    var kinds = CallKinds(transactions)
    kinds.note(20, dependent: true) { _, _ in Issue.record("nobody is of its kind") }
    #expect(!kinds.areAlike(20, 20) && kinds.areAlike(0, 2) && !kinds.areAlike(0, 1))
    #expect(kinds.recent(before: 18) == 10 && kinds.recent(before: 1) == 1)
  }
}
