import EVM
import EVMBytecode
import EthereumTypes
import Foundation
import Testing

@Suite("Blob gas")
struct BlobScheduleTests {
  @Test("has the price and the reserve price of the executable specification (EIPs 4844, 7691, 7892, 7918)")
  func specification() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors/blobs.txt")
    var forks: Set<Fork> = []
    for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
      let fields = line.split(separator: " ")
      try #require(fields.count == 6)
      let fork = try #require(Fork(name: String(fields[0])))
      let schedule = try #require(BlobSchedule.mainnet(fork))
      let (excess, used) = (try #require(UInt64(fields[1])), try #require(UInt64(fields[2])))
      let baseFee = try #require(UInt256(decimal: fields[3]))
      #expect(schedule.baseFee(excessBlobGas: excess) == UInt256(decimal: fields[4]), "\(line)")
      let next = schedule.nextExcess(
        excess: excess, used: used, reservePrice: fork >= .osaka ? baseFee : nil)
      #expect(next == UInt64(fields[5]), "\(line)")
      forks.insert(fork)
    }
    #expect(forks == [.cancun, .prague, .osaka, .bpo1, .bpo2])
  }
}
