/// What a transaction has in common with others at a row of the state.
enum Sharing: UInt8 {
  /// Nobody is predicted to change it.
  case constant
  /// Nobody else is predicted to have anything to do with it.
  case own
  /// It is another transaction's own.
  case foreign
  /// Several are predicted to have to do with it, and one or more to change it; or nothing is known.
  case shared

  /// Whether the transaction is not predicted to change it.
  var isSurprisedByChange: Bool { self == .constant || self == .foreign }

  /// Whether others are shown what the transaction does to it before that is final, and after.
  ///
  /// - Parameter ownToo: whether they are of its own rows, too.
  @inline(__always)
  func isShown(ownToo: Bool) -> Bool { ownToo || self != .own }

  /// Whether nobody else is predicted to change it.
  var isQuiet: Bool {
    @inline(__always) get { rawValue <= Sharing.own.rawValue }
  }
}

/// Whose a block's rows are: of a block's changes most concern what no other transaction has to do with. Small enough to stay
/// in the cache while it is asked all the time.
///
/// Where the state has many more rows than the block changes, several rows share an answer. All that counts is that the
/// answer for a row follows from one value: nobody, one transaction, or all of them.
@safe
final class RowOwners: @unchecked Sendable {
  /// Whose a row is: the transaction's number plus one, or one of these.
  typealias Owner = UInt16
  static var nobody: Owner { 0 }
  static var all: Owner { .max }
  private static var unclaimed: Owner { .max - 1 }

  // Invariant: `owners` points to `mask + 1` initialised values, a power of two, owned by this object; nobody changes them
  // once the object is shared.
  private let owners: UnsafeMutablePointer<Owner>
  private let mask: Int

  /// Those of a state of so many rows, of which about so many are changed; nobody's so far.
  ///
  /// - Parameter answers: so many for each row that is changed, where not each row has its own.
  init(rows: Int, changed: Int, answers: Int = 8) {
    let enough = min(rows, changed * answers)
    var size = 64
    while size < enough { size *= 2 }
    mask = size - 1
    unsafe owners = .allocate(capacity: size)
    unsafe owners.initialize(repeating: Self.nobody, count: size)
  }

  /// The same, some of them changed: for tests.
  init(_ other: RowOwners, changing change: (Int, Owner) -> Owner) {
    mask = other.mask
    unsafe owners = .allocate(capacity: mask + 1)
    for number in 0...mask {
      unsafe (owners + number).initialize(to: change(number, other.owners[number]))
    }
  }

  deinit { unsafe owners.deallocate() }

  /// Notes that a row is changed; before any `noteUse`.
  ///
  /// - Parameter isShown: whether someone may look at it of whom that is not known.
  func noteChange(_ row: Int32, isShown: Bool) {
    let place = Int(row) & mask
    if isShown {
      unsafe owners[place] = Self.all
    } else if unsafe owners[place] == Self.nobody {
      unsafe owners[place] = Self.unclaimed
    }
  }

  /// Notes that a transaction has to do with a row.
  func noteUse(_ row: Int32, by index: Int) {
    let place = Int(row) & mask
    let owner = unsafe owners[place]
    let user = Owner(exactly: index + 1).map { $0 < Self.unclaimed ? $0 : Self.all } ?? Self.all
    switch owner {
    case Self.nobody, user: return
    case Self.unclaimed: unsafe owners[place] = user
    default: unsafe owners[place] = Self.all
    }
  }

  /// Asks without counting references. Valid as long as the owners live.
  var view: View { unsafe View(owners: UnsafePointer(owners), mask: mask) }

  /// What is asked while a block runs.
  @safe
  struct View: BitwiseCopyable, @unchecked Sendable {
    // Invariant: as that of the owners, which outlive this.
    private let owners: UnsafePointer<Owner>
    private let mask: Int

    fileprivate init(owners: UnsafePointer<Owner>, mask: Int) {
      unsafe self.owners = owners
      self.mask = mask
    }

    /// What transaction `index` has in common with others at a row.
    @inline(__always)
    func sharing(_ row: Int, by index: Int) -> Sharing {
      let owner = unsafe owners[row & mask]
      if owner == RowOwners.nobody { return .constant }
      if owner == RowOwners.all { return .shared }
      return Int(owner) == index &+ 1 ? .own : .foreign
    }
  }
}
