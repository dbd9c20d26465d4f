import AccessAnalysis
import EVM
import EthereumTypes
import Foundation
import Testing

@Suite("What a fuzzer found")
struct FuzzTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Cases")

  static var names: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()) ?? []
  }

  @Test("No kept case is vouched for wrongly any more, along paths or without", arguments: names)
  func kept(_ name: String) throws {
    let bytes = try Bytes(Data(contentsOf: Self.folder.appending(path: name)))
    let test = try #require(FuzzCase(bytes))
    let complaint = try test.complaint()
    #expect(complaint == nil)
  }

  @Test("There are kept cases")
  func areKept() {
    #expect(!Self.names.isEmpty)
  }
}
