/// One log entry (Yellow Paper, section 4.3.1).
public struct Log: Hashable, Sendable {
  /// The account that logged.
  public var address: Address
  /// Zero to four topics.
  public var topics: [Hash32]
  /// The data.
  public var data: Bytes

  /// Makes a log entry.
  public init(address: Address, topics: [Hash32], data: Bytes) {
    self.address = address
    self.topics = topics
    self.data = data
  }
}
