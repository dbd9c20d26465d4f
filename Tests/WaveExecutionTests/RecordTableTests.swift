import Testing

@testable import WaveExecution

@Suite("Records of transactions")
struct RecordTableTests {
  @Test("lie on cache lines of their own, as neighbours are run on different cores")
  func cacheLines() {
    #expect(MemoryLayout<TransactionRecord>.stride == MemoryLayout<CacheLine>.size)
    let table = RecordTable()
    table.begin(waiting: [0, 1, 2])
    #expect(unsafe Int(bitPattern: table.records) % MemoryLayout<CacheLine>.size == 0)
  }
}
