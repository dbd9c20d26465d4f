import Foundation
import Synchronization
import TestFiles
import Testing

@testable import ChainFormats

/// `Corpus/edges`: the hard edges of the EVM by name, one transaction each under every fork, with the state root and
/// logs of Ethereum's executable specification (`Tools/edges`). Contracts write what they see (gas, success, values) to
/// their storage, so a root holds status, gas and state.
@Suite("The hard edges of the EVM, as the executable specification has them")
struct EdgeTests {
  struct Edge: Sendable, CustomTestStringConvertible {
    let file: String
    let name: String
    let cases: Int
    var testDescription: String { name }
  }

  static let edges: [Edge] = ["accounts", "calls", "memory", "precompiles", "storage", "transactions"].flatMap
  {
    let file = TestFiles.repository("Corpus/edges/\($0).json")
    let members = (try? JSONDocument(contentsOf: file).root.members()) ?? []
    return members.map { member in
      Edge(
        file: file, name: member.key,
        cases: (try? member.value.member("post").members().map { try $0.value.elements().count }.reduce(0, +))
          ?? 0)
    }
  }

  @Test("There are some of each kind")
  func complete() {
    #expect(edges.count == 87)
    #expect(edges.allSatisfy { $0.cases > 0 })
  }

  private var edges: [Edge] { Self.edges }

  @Test("Status, gas and state under every fork", arguments: edges)
  func edge(_ edge: Edge) throws {
    let report = try FixtureRunner(.state, filter: FixtureFilter(name: edge.name)).run([edge.file])
    #expect(report.failures.map(\.description) == [])
    #expect(report.passed >= edge.cases)
  }

  @Test("Calls to the limit need no native stack: 512 KiB do")
  func smallStack() throws {
    let file = TestFiles.repository("Corpus/edges/calls.json")
    let runner = FixtureRunner(.state, filter: FixtureFilter(name: "1024 deep"))
    let outcome = Mutex<Result<FixtureReport, FormatError>?>(nil)
    let done = DispatchSemaphore(value: 0)
    let thread = Thread {
      let result = Result { () throws(FormatError) in try runner.run([file]) }
      outcome.withLock { $0 = result }
      done.signal()
    }
    thread.stackSize = 512 << 10
    thread.start()
    done.wait()
    let report = try #require(outcome.withLock { $0 }).get()
    #expect(report.failures.map(\.description) == [])
    #expect(report.passed > 20)
  }
}
