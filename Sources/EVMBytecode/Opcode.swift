/// Opcode bytes by name (Yellow Paper, appendix H, and the EIPs since).
public enum Opcode {
  /// `STOP`.
  @inlinable @inline(__always) public static var stop: UInt8 { 0x00 }
  /// `ADD`.
  @inlinable @inline(__always) public static var add: UInt8 { 0x01 }
  /// `MUL`.
  @inlinable @inline(__always) public static var mul: UInt8 { 0x02 }
  /// `SUB`.
  @inlinable @inline(__always) public static var sub: UInt8 { 0x03 }
  /// `DIV`.
  @inlinable @inline(__always) public static var div: UInt8 { 0x04 }
  /// `SDIV`.
  @inlinable @inline(__always) public static var sdiv: UInt8 { 0x05 }
  /// `MOD`.
  @inlinable @inline(__always) public static var mod: UInt8 { 0x06 }
  /// `SMOD`.
  @inlinable @inline(__always) public static var smod: UInt8 { 0x07 }
  /// `ADDMOD`.
  @inlinable @inline(__always) public static var addmod: UInt8 { 0x08 }
  /// `MULMOD`.
  @inlinable @inline(__always) public static var mulmod: UInt8 { 0x09 }
  /// `EXP`.
  @inlinable @inline(__always) public static var exp: UInt8 { 0x0A }
  /// `SIGNEXTEND`.
  @inlinable @inline(__always) public static var signextend: UInt8 { 0x0B }
  /// `LT`.
  @inlinable @inline(__always) public static var lt: UInt8 { 0x10 }
  /// `GT`.
  @inlinable @inline(__always) public static var gt: UInt8 { 0x11 }
  /// `SLT`.
  @inlinable @inline(__always) public static var slt: UInt8 { 0x12 }
  /// `SGT`.
  @inlinable @inline(__always) public static var sgt: UInt8 { 0x13 }
  /// `EQ`.
  @inlinable @inline(__always) public static var eq: UInt8 { 0x14 }
  /// `ISZERO`.
  @inlinable @inline(__always) public static var iszero: UInt8 { 0x15 }
  /// `AND`.
  @inlinable @inline(__always) public static var and: UInt8 { 0x16 }
  /// `OR`.
  @inlinable @inline(__always) public static var or: UInt8 { 0x17 }
  /// `XOR`.
  @inlinable @inline(__always) public static var xor: UInt8 { 0x18 }
  /// `NOT`.
  @inlinable @inline(__always) public static var not: UInt8 { 0x19 }
  /// `BYTE`.
  @inlinable @inline(__always) public static var byte: UInt8 { 0x1A }
  /// `SHL`.
  @inlinable @inline(__always) public static var shl: UInt8 { 0x1B }
  /// `SHR`.
  @inlinable @inline(__always) public static var shr: UInt8 { 0x1C }
  /// `SAR`.
  @inlinable @inline(__always) public static var sar: UInt8 { 0x1D }
  /// `CLZ`.
  @inlinable @inline(__always) public static var clz: UInt8 { 0x1E }
  /// `KECCAK256`.
  @inlinable @inline(__always) public static var keccak256: UInt8 { 0x20 }
  /// `ADDRESS`.
  @inlinable @inline(__always) public static var address: UInt8 { 0x30 }
  /// `BALANCE`.
  @inlinable @inline(__always) public static var balance: UInt8 { 0x31 }
  /// `ORIGIN`.
  @inlinable @inline(__always) public static var origin: UInt8 { 0x32 }
  /// `CALLER`.
  @inlinable @inline(__always) public static var caller: UInt8 { 0x33 }
  /// `CALLVALUE`.
  @inlinable @inline(__always) public static var callvalue: UInt8 { 0x34 }
  /// `CALLDATALOAD`.
  @inlinable @inline(__always) public static var calldataload: UInt8 { 0x35 }
  /// `CALLDATASIZE`.
  @inlinable @inline(__always) public static var calldatasize: UInt8 { 0x36 }
  /// `CALLDATACOPY`.
  @inlinable @inline(__always) public static var calldatacopy: UInt8 { 0x37 }
  /// `CODESIZE`.
  @inlinable @inline(__always) public static var codesize: UInt8 { 0x38 }
  /// `CODECOPY`.
  @inlinable @inline(__always) public static var codecopy: UInt8 { 0x39 }
  /// `GASPRICE`.
  @inlinable @inline(__always) public static var gasprice: UInt8 { 0x3A }
  /// `EXTCODESIZE`.
  @inlinable @inline(__always) public static var extcodesize: UInt8 { 0x3B }
  /// `EXTCODECOPY`.
  @inlinable @inline(__always) public static var extcodecopy: UInt8 { 0x3C }
  /// `RETURNDATASIZE`.
  @inlinable @inline(__always) public static var returndatasize: UInt8 { 0x3D }
  /// `RETURNDATACOPY`.
  @inlinable @inline(__always) public static var returndatacopy: UInt8 { 0x3E }
  /// `EXTCODEHASH`.
  @inlinable @inline(__always) public static var extcodehash: UInt8 { 0x3F }
  /// `BLOCKHASH`.
  @inlinable @inline(__always) public static var blockhash: UInt8 { 0x40 }
  /// `COINBASE`.
  @inlinable @inline(__always) public static var coinbase: UInt8 { 0x41 }
  /// `TIMESTAMP`.
  @inlinable @inline(__always) public static var timestamp: UInt8 { 0x42 }
  /// `NUMBER`.
  @inlinable @inline(__always) public static var number: UInt8 { 0x43 }
  /// `PREVRANDAO`.
  @inlinable @inline(__always) public static var prevrandao: UInt8 { 0x44 }
  /// `GASLIMIT`.
  @inlinable @inline(__always) public static var gaslimit: UInt8 { 0x45 }
  /// `CHAINID`.
  @inlinable @inline(__always) public static var chainid: UInt8 { 0x46 }
  /// `SELFBALANCE`.
  @inlinable @inline(__always) public static var selfbalance: UInt8 { 0x47 }
  /// `BASEFEE`.
  @inlinable @inline(__always) public static var basefee: UInt8 { 0x48 }
  /// `BLOBHASH`.
  @inlinable @inline(__always) public static var blobhash: UInt8 { 0x49 }
  /// `BLOBBASEFEE`.
  @inlinable @inline(__always) public static var blobbasefee: UInt8 { 0x4A }
  /// `SLOTNUM`.
  @inlinable @inline(__always) public static var slotnum: UInt8 { 0x4B }
  /// `POP`.
  @inlinable @inline(__always) public static var pop: UInt8 { 0x50 }
  /// `MLOAD`.
  @inlinable @inline(__always) public static var mload: UInt8 { 0x51 }
  /// `MSTORE`.
  @inlinable @inline(__always) public static var mstore: UInt8 { 0x52 }
  /// `MSTORE8`.
  @inlinable @inline(__always) public static var mstore8: UInt8 { 0x53 }
  /// `SLOAD`.
  @inlinable @inline(__always) public static var sload: UInt8 { 0x54 }
  /// `SSTORE`.
  @inlinable @inline(__always) public static var sstore: UInt8 { 0x55 }
  /// `JUMP`.
  @inlinable @inline(__always) public static var jump: UInt8 { 0x56 }
  /// `JUMPI`.
  @inlinable @inline(__always) public static var jumpi: UInt8 { 0x57 }
  /// `PC`.
  @inlinable @inline(__always) public static var pc: UInt8 { 0x58 }
  /// `MSIZE`.
  @inlinable @inline(__always) public static var msize: UInt8 { 0x59 }
  /// `GAS`.
  @inlinable @inline(__always) public static var gas: UInt8 { 0x5A }
  /// `JUMPDEST`.
  @inlinable @inline(__always) public static var jumpdest: UInt8 { 0x5B }
  /// `TLOAD`.
  @inlinable @inline(__always) public static var tload: UInt8 { 0x5C }
  /// `TSTORE`.
  @inlinable @inline(__always) public static var tstore: UInt8 { 0x5D }
  /// `MCOPY`.
  @inlinable @inline(__always) public static var mcopy: UInt8 { 0x5E }
  /// `PUSH0`.
  @inlinable @inline(__always) public static var push0: UInt8 { 0x5F }
  /// `PUSH1`.
  @inlinable @inline(__always) public static var push1: UInt8 { 0x60 }
  /// `PUSH2`.
  @inlinable @inline(__always) public static var push2: UInt8 { 0x61 }
  /// `PUSH3`.
  @inlinable @inline(__always) public static var push3: UInt8 { 0x62 }
  /// `PUSH4`.
  @inlinable @inline(__always) public static var push4: UInt8 { 0x63 }
  /// `PUSH5`.
  @inlinable @inline(__always) public static var push5: UInt8 { 0x64 }
  /// `PUSH6`.
  @inlinable @inline(__always) public static var push6: UInt8 { 0x65 }
  /// `PUSH7`.
  @inlinable @inline(__always) public static var push7: UInt8 { 0x66 }
  /// `PUSH8`.
  @inlinable @inline(__always) public static var push8: UInt8 { 0x67 }
  /// `PUSH9`.
  @inlinable @inline(__always) public static var push9: UInt8 { 0x68 }
  /// `PUSH10`.
  @inlinable @inline(__always) public static var push10: UInt8 { 0x69 }
  /// `PUSH11`.
  @inlinable @inline(__always) public static var push11: UInt8 { 0x6A }
  /// `PUSH12`.
  @inlinable @inline(__always) public static var push12: UInt8 { 0x6B }
  /// `PUSH13`.
  @inlinable @inline(__always) public static var push13: UInt8 { 0x6C }
  /// `PUSH14`.
  @inlinable @inline(__always) public static var push14: UInt8 { 0x6D }
  /// `PUSH15`.
  @inlinable @inline(__always) public static var push15: UInt8 { 0x6E }
  /// `PUSH16`.
  @inlinable @inline(__always) public static var push16: UInt8 { 0x6F }
  /// `PUSH17`.
  @inlinable @inline(__always) public static var push17: UInt8 { 0x70 }
  /// `PUSH18`.
  @inlinable @inline(__always) public static var push18: UInt8 { 0x71 }
  /// `PUSH19`.
  @inlinable @inline(__always) public static var push19: UInt8 { 0x72 }
  /// `PUSH20`.
  @inlinable @inline(__always) public static var push20: UInt8 { 0x73 }
  /// `PUSH21`.
  @inlinable @inline(__always) public static var push21: UInt8 { 0x74 }
  /// `PUSH22`.
  @inlinable @inline(__always) public static var push22: UInt8 { 0x75 }
  /// `PUSH23`.
  @inlinable @inline(__always) public static var push23: UInt8 { 0x76 }
  /// `PUSH24`.
  @inlinable @inline(__always) public static var push24: UInt8 { 0x77 }
  /// `PUSH25`.
  @inlinable @inline(__always) public static var push25: UInt8 { 0x78 }
  /// `PUSH26`.
  @inlinable @inline(__always) public static var push26: UInt8 { 0x79 }
  /// `PUSH27`.
  @inlinable @inline(__always) public static var push27: UInt8 { 0x7A }
  /// `PUSH28`.
  @inlinable @inline(__always) public static var push28: UInt8 { 0x7B }
  /// `PUSH29`.
  @inlinable @inline(__always) public static var push29: UInt8 { 0x7C }
  /// `PUSH30`.
  @inlinable @inline(__always) public static var push30: UInt8 { 0x7D }
  /// `PUSH31`.
  @inlinable @inline(__always) public static var push31: UInt8 { 0x7E }
  /// `PUSH32`.
  @inlinable @inline(__always) public static var push32: UInt8 { 0x7F }
  /// `DUP1`.
  @inlinable @inline(__always) public static var dup1: UInt8 { 0x80 }
  /// `DUP2`.
  @inlinable @inline(__always) public static var dup2: UInt8 { 0x81 }
  /// `DUP3`.
  @inlinable @inline(__always) public static var dup3: UInt8 { 0x82 }
  /// `DUP4`.
  @inlinable @inline(__always) public static var dup4: UInt8 { 0x83 }
  /// `DUP5`.
  @inlinable @inline(__always) public static var dup5: UInt8 { 0x84 }
  /// `DUP6`.
  @inlinable @inline(__always) public static var dup6: UInt8 { 0x85 }
  /// `DUP7`.
  @inlinable @inline(__always) public static var dup7: UInt8 { 0x86 }
  /// `DUP8`.
  @inlinable @inline(__always) public static var dup8: UInt8 { 0x87 }
  /// `DUP9`.
  @inlinable @inline(__always) public static var dup9: UInt8 { 0x88 }
  /// `DUP10`.
  @inlinable @inline(__always) public static var dup10: UInt8 { 0x89 }
  /// `DUP11`.
  @inlinable @inline(__always) public static var dup11: UInt8 { 0x8A }
  /// `DUP12`.
  @inlinable @inline(__always) public static var dup12: UInt8 { 0x8B }
  /// `DUP13`.
  @inlinable @inline(__always) public static var dup13: UInt8 { 0x8C }
  /// `DUP14`.
  @inlinable @inline(__always) public static var dup14: UInt8 { 0x8D }
  /// `DUP15`.
  @inlinable @inline(__always) public static var dup15: UInt8 { 0x8E }
  /// `DUP16`.
  @inlinable @inline(__always) public static var dup16: UInt8 { 0x8F }
  /// `SWAP1`.
  @inlinable @inline(__always) public static var swap1: UInt8 { 0x90 }
  /// `SWAP2`.
  @inlinable @inline(__always) public static var swap2: UInt8 { 0x91 }
  /// `SWAP3`.
  @inlinable @inline(__always) public static var swap3: UInt8 { 0x92 }
  /// `SWAP4`.
  @inlinable @inline(__always) public static var swap4: UInt8 { 0x93 }
  /// `SWAP5`.
  @inlinable @inline(__always) public static var swap5: UInt8 { 0x94 }
  /// `SWAP6`.
  @inlinable @inline(__always) public static var swap6: UInt8 { 0x95 }
  /// `SWAP7`.
  @inlinable @inline(__always) public static var swap7: UInt8 { 0x96 }
  /// `SWAP8`.
  @inlinable @inline(__always) public static var swap8: UInt8 { 0x97 }
  /// `SWAP9`.
  @inlinable @inline(__always) public static var swap9: UInt8 { 0x98 }
  /// `SWAP10`.
  @inlinable @inline(__always) public static var swap10: UInt8 { 0x99 }
  /// `SWAP11`.
  @inlinable @inline(__always) public static var swap11: UInt8 { 0x9A }
  /// `SWAP12`.
  @inlinable @inline(__always) public static var swap12: UInt8 { 0x9B }
  /// `SWAP13`.
  @inlinable @inline(__always) public static var swap13: UInt8 { 0x9C }
  /// `SWAP14`.
  @inlinable @inline(__always) public static var swap14: UInt8 { 0x9D }
  /// `SWAP15`.
  @inlinable @inline(__always) public static var swap15: UInt8 { 0x9E }
  /// `SWAP16`.
  @inlinable @inline(__always) public static var swap16: UInt8 { 0x9F }
  /// `LOG0`.
  @inlinable @inline(__always) public static var log0: UInt8 { 0xA0 }
  /// `LOG1`.
  @inlinable @inline(__always) public static var log1: UInt8 { 0xA1 }
  /// `LOG2`.
  @inlinable @inline(__always) public static var log2: UInt8 { 0xA2 }
  /// `LOG3`.
  @inlinable @inline(__always) public static var log3: UInt8 { 0xA3 }
  /// `LOG4`.
  @inlinable @inline(__always) public static var log4: UInt8 { 0xA4 }
  /// `DUPN`.
  @inlinable @inline(__always) public static var dupn: UInt8 { 0xE6 }
  /// `SWAPN`.
  @inlinable @inline(__always) public static var swapn: UInt8 { 0xE7 }
  /// `EXCHANGE`.
  @inlinable @inline(__always) public static var exchange: UInt8 { 0xE8 }
  /// `CREATE`.
  @inlinable @inline(__always) public static var create: UInt8 { 0xF0 }
  /// `CALL`.
  @inlinable @inline(__always) public static var call: UInt8 { 0xF1 }
  /// `CALLCODE`.
  @inlinable @inline(__always) public static var callcode: UInt8 { 0xF2 }
  /// `RETURN`.
  @inlinable @inline(__always) public static var `return`: UInt8 { 0xF3 }
  /// `DELEGATECALL`.
  @inlinable @inline(__always) public static var delegatecall: UInt8 { 0xF4 }
  /// `CREATE2`.
  @inlinable @inline(__always) public static var create2: UInt8 { 0xF5 }
  /// `STATICCALL`.
  @inlinable @inline(__always) public static var staticcall: UInt8 { 0xFA }
  /// `REVERT`.
  @inlinable @inline(__always) public static var revert: UInt8 { 0xFD }
  /// `INVALID`.
  @inlinable @inline(__always) public static var invalid: UInt8 { 0xFE }
  /// `SELFDESTRUCT`.
  @inlinable @inline(__always) public static var selfdestruct: UInt8 { 0xFF }
}
