// `import Wavefront` is enough: what its functions take and return comes along.

@_exported public import AccessAnalysis
@_exported public import ChainFormats
@_exported public import ConflictScheduling
@_exported public import EVM
@_exported public import EVMBytecode
@_exported public import EVMState
@_exported public import EthereumTypes
@_exported public import WaveExecution
