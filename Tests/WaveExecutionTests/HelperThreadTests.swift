import Synchronization
import Testing

@testable import WaveExecution

@Suite("A helper thread keeps away from the core of whoever starts it")
struct HelperThreadTests {
  @Test func aSetWithoutACoreHasOneLess() throws {
    let allowed = try #require(CoreSet.allowed)
    #expect(allowed.count >= 1)
    let cores = (0..<8192).filter { allowed.without($0) != allowed }
    #expect(cores.count == allowed.count)
    var rest: CoreSet? = allowed
    for core in cores {
      #expect(rest != nil)
      rest = rest?.without(core)
    }
    #expect(rest == nil, "nothing is left of it in the end, and that is no set to run on")
  }

  @Test func coresThatNoMachineHasAreInNoSet() throws {
    let allowed = try #require(CoreSet.allowed)
    for core in [-1, -64, 8192, Int.max, Int.min] { #expect(allowed.without(core) == allowed) }
  }

  @Test(.enabled(if: hasChoice, "there is one core only"))
  func itMayRunOnAllOthers() throws {
    let allowed = try #require(CoreSet.allowed)
    let apart = try #require(coresOfHelper(isApart: true))
    #expect(apart.count == allowed.count - 1)
    #expect((0..<8192).contains { allowed.without($0) == apart })
    #expect(coresOfHelper(isApart: false) == allowed)
  }

  @Test(.enabled(if: hasChoice, "there is one core only"))
  func itCanBeToldToAvoidAnotherCore() throws {
    let allowed = try #require(CoreSet.allowed)
    let cores = (0..<8192).filter { allowed.without($0) != allowed }
    let step = Step()
    let found = Monitor<[CoreSet?]>([])
    let thread = HelperThread { [step, found] in
      for number in 1...cores.count {
        while step.value.load(ordering: .acquiring) < number {}
        found.withLock { $0.append(CoreSet.allowed) }
        found.wakeAll()
      }
    }
    let helper = try #require(thread)
    for (number, core) in cores.enumerated() {
      helper.avoid(core)
      step.value.store(number + 1, ordering: .releasing)
      found.waitUntil { $0.count > number ? () : nil }
    }
    #expect(found.withLock { $0 } == cores.map { allowed.without($0) })
  }

  private static var hasChoice: Bool { CoreSet.allowed.map { $0.count > 1 } ?? false }

  /// The cores that a helper may run on, as it sees them itself.
  private func coresOfHelper(isApart: Bool) -> CoreSet? {
    let found = Monitor<CoreSet??>(nil)
    let helper = HelperThread(isApart: isApart) { [found] in
      found.withLock { $0 = .some(CoreSet.allowed) }
      found.wakeAll()
    }
    guard helper != nil else { return nil }
    return found.waitUntil { $0 }
  }

  private final class Step: Sendable {
    let value = Atomic<Int>(0)
  }
}
