import ArgumentParser
import ChainFormats
import EVM
import EVMState
import EthereumTypes
import WaveExecution
import Wavefront

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "run")
  @Argument var blocks: [String]
  @Option var threads = 2
  @Option var executor = "dataflow"

  func run() throws {
    for block in blocks {
      let snapshot = try BlockSnapshot(contentsOf: block)
      let job = try BlockJob(snapshot, threads: threads)
      var start = ContinuousClock.now
      do {
        let serial = try BlockExecutor(kind: .serial, threads: 1).run(job.processor, on: snapshot.preState)
        let serialTime = start.nanosecondsSince
        start = ContinuousClock.now
        let check = HeaderCheck(snapshot, result: serial.result, state: serial.state)
        let exec = BlockExecutor(kind: ExecutorKind(rawValue: executor)!, threads: threads)
        start = ContinuousClock.now
        let parallel = try exec.run(job.processor, on: snapshot.preState)
        let parallelTime = start.nanosecondsSince
        let diff = try serial.state.firstDifference(from: parallel.state)
        print(
          block.split(separator: "/").last!, snapshot.fork, "ok", check.matches, check.gasMatches, check.receiptsRootMatches as Any,
          check.logsBloomMatches, check.stateRootMatches as Any, check.stateRootProblem as Any, "serial", serialTime / 1000,
          "us par", parallelTime / 1000, "rerun", parallel.mispredictions, diff as Any, serial.result.gasUsed == parallel.result.gasUsed)
        if let acc = try? snapshot.recordedAccess(), !acc.isEmpty {
          for (i, t) in serial.result.transactions.enumerated() {
            let a = t.effects.accessSet
            let r = a.reads.filter { $0.field == .storage }
            let w = a.writes.filter { $0.field == .storage }
            if Set(r) != Set(acc[i].reads) { print("  reads", i, Set(r).symmetricDifference(acc[i].reads).sorted().prefix(4)) }
            if Set(w) != Set(acc[i].writes) { print("  writes", i, Set(w).symmetricDifference(acc[i].writes).sorted().prefix(4)) }
            let ch = Set((a.writes + a.adds).filter { $0.field != .storage }.map(\.address))
            if ch != Set(acc[i].changedAccounts) { print("  changed", i, ch.symmetricDifference(acc[i].changedAccounts).sorted().prefix(4)) }
          }
        }
        if check.stateRootMatches == false, let w = snapshot.witness {
          let trie = SparseTrie(preStateRoot: w.preStateRoot, nodes: w.nodes)
          for u in serial.state.updates() {
            let pre = try snapshot.preState.account(u.address)
            let t = try trie.account(u.address)
            if pre != t { print("   pre differs", u.address, pre as Any, t as Any) }
            for s in u.slots { let a = try snapshot.preState.storage(u.address, s.key), b = try trie.storage(u.address, s.key); if a != b { print("   slot differs", u.address, s.key, a, b) } }
            let same = StateUpdate(u.address, pre, storageWiped: false, slots: try u.slots.map { (s) in (key: s.key, value: try snapshot.preState.storage(u.address, s.key)) })
            let r = try trie.stateRoot(after: [same])
            if r != w.preStateRoot { print("   no-op changes root", u.address, u.slots.count) }
          }
        }
        if check.stateRootMatches == false {
          for u in serial.state.updates() { print("   upd", u.address, u.account?.nonce as Any, u.account?.balance.decimal as Any, u.storageWiped, u.slots.map { "\($0.key.paddedHex)=\($0.value)" }) }
        }
        if !check.gasMatches {
          for (i, t) in serial.result.transactions.enumerated() where t.gasUsed != snapshot.expected.transactionGasUsed[i] {
            print("  tx", i, t.gasUsed, snapshot.expected.transactionGasUsed[i], t.succeeded)
            break
          }
        }
      } catch {
        print(block.split(separator: "/").last!, snapshot.fork, "FAILED", error)
      }
    }
  }
}
