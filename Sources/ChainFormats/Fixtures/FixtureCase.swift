/// One case of a fixture file: ready to be run, or known not to be.
struct FixtureCase: Sendable {
  /// What a case that does not pass has to say.
  struct Difference: Sendable {
    /// The first difference.
    var text: String
    /// The block it shows in, for a chain of them.
    var block: Int?
  }

  /// What to do with it.
  enum Work: Sendable {
    /// Run it; nil where it passes.
    case run(@Sendable (FixtureWorker) throws(FormatError) -> Difference?)
    /// Leave it out, for this reason.
    case skip(String)
  }

  /// The entry's name.
  let name: String
  /// The fork or network as the file names it; `-` where it does not.
  let fork: String
  /// The place among the entry's cases of this fork.
  let index: Int
  /// What to do.
  let work: Work

  /// A case that stands for something that cannot be read.
  static func unreadable(_ name: String, _ error: FormatError) -> FixtureCase {
    FixtureCase(name: name, fork: "-", index: 0, work: .run { _ in Difference(text: "\(error)") })
  }
}

/// Which cases to run.
public struct FixtureFilter: Sendable {
  /// Only this fork or network, as the files name it, in any case of letters; nil for all.
  public var fork: String?
  /// Only entries whose name contains this; nil for all.
  public var name: String?
  /// Only this place among an entry's cases of a fork; nil for all.
  public var index: Int?

  /// Makes a filter.
  public init(fork: String? = nil, name: String? = nil, index: Int? = nil) {
    self.fork = fork
    self.name = name
    self.index = index
  }

  func includes(_ item: FixtureCase) -> Bool {
    (fork.map { $0.lowercased() == item.fork.lowercased() || item.fork == "-" } ?? true)
      && (name.map { item.name.contains($0) } ?? true) && (index.map { $0 == item.index } ?? true)
  }
}
