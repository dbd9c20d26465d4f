import CGlibc
import Glibc

/// Cores of this machine, numbered as the system numbers them.
struct CoreSet: Hashable, Sendable {
  /// A bit for each core. Many more than any machine has: the system refuses to answer into less room than it needs.
  private var words = [UInt](repeating: 0, count: 128)

  /// The core that the calling thread is on at the moment; nil where the system does not tell.
  static var presentCore: Int? {
    let core = sched_getcpu()
    return core >= 0 ? Int(core) : nil
  }

  /// Those that the calling thread may run on; nil where the system does not tell.
  static var allowed: CoreSet? {
    var cores = CoreSet()
    let error = unsafe cores.words.withUnsafeMutableBytes { words in
      unsafe pthread_getaffinity_np(
        pthread_self(), words.count, words.baseAddress?.assumingMemoryBound(to: cpu_set_t.self))
    }
    return error == 0 ? cores : nil
  }

  /// How many there are.
  var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// All but one of these; nil where that leaves none.
  func without(_ core: Int) -> CoreSet? {
    var rest = self
    let (word, bit) = core.quotientAndRemainder(dividingBy: UInt.bitWidth)
    if core >= 0, words.indices.contains(word) { rest.words[word] &= ~(1 << UInt(bit)) }
    return rest.count > 0 ? rest : nil
  }

  /// Lets a running thread use these only, from now on. A refusal leaves it where it was, which costs time at most.
  func confine(_ thread: pthread_t) {
    unsafe withSystemSet { size, cores in _ = unsafe pthread_setaffinity_np(thread, size, cores) }
  }

  /// Lets a thread that will be started use these only.
  func confine(_ attributes: inout pthread_attr_t) {
    unsafe withSystemSet { size, cores in _ = unsafe pthread_attr_setaffinity_np(&attributes, size, cores) }
  }

  // Invariant: the system reads `size` bytes at the pointer, as bits, during the call only; `cpu_set_t` is how it names them.
  private func withSystemSet(_ body: (Int, UnsafePointer<cpu_set_t>) -> Void) {
    unsafe words.withUnsafeBytes { words in
      guard let start = words.baseAddress else { return }
      unsafe body(words.count, start.assumingMemoryBound(to: cpu_set_t.self))
    }
  }
}
