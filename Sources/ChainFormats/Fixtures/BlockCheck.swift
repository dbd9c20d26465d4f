public import EVM
public import EVMState

/// Something that is to hold for every block that fixtures bring along, beyond what the fixtures ask for themselves: the
/// difference between what should be and what is, or nil. Gets the block, which need not be valid, and the state before it,
/// which must be left as it is. Called from several threads.
public typealias BlockCheck = @Sendable (BlockProcessor, any StateReader) -> String?
