import EVMBytecode
import EthereumTypes
import Synchronization

extension ContractSummary {
  /// What was found out about the code so far, as bytes.
  func encoded() -> [UInt8] {
    var encoder = SegmentEncoder()
    encoder.add(code.count)
    segments.forEach { encoder.add($0, assumes: $1) }
    return encoder.bytes
  }

  /// Takes over what was found out earlier. False where the bytes are no such thing; nothing is taken over then.
  func restore(_ bytes: [UInt8]) -> Bool {
    var decoder = SegmentDecoder(bytes, codeSize: code.count)
    var found: [(segment: Segment, assumes: Bool)] = []
    do throws(SegmentDecodingError) {
      guard try decoder.codeCount() == code.count else { return false }
      while !decoder.isAtEnd { found.append(try decoder.segment()) }
    } catch {
      for (segment, _) in found { segment.deallocate() }
      return false
    }
    for (segment, assumes) in found { keep(segment, assumes: assumes) }
    segmentsRestored.store(segments.found, ordering: .relaxed)
    return true
  }

  /// Whether something was found out since the summary was made, restored or saved.
  var isNews: Bool { segments.found > segmentsRestored.load(ordering: .relaxed) }

  /// Says that what is known now is saved.
  func noteSaved() { segmentsRestored.store(segments.found, ordering: .relaxed) }

  /// Changes whenever summaries come out another way: eight bytes of the hash of what a sample of code is summarised to.
  static let fingerprint: String = {
    // A dispatcher, a mapping's key, a checked addition, a loop, a call and what follows it, a return.
    let sample: [UInt8] = [
      0x60, 0x00, 0x35, 0x60, 0xE0, 0x1C, 0x80, 0x63, 0xA9, 0x05, 0x9C, 0xBB, 0x14, 0x60, 0x12, 0x57, 0x00,
      0xFE,
      0x5B, 0x33, 0x60, 0x00, 0x52, 0x60, 0x07, 0x60, 0x20, 0x52, 0x60, 0x40, 0x60, 0x00, 0x20, 0x80, 0x54,
      0x60,
      0x24, 0x35, 0x01, 0x80, 0x60, 0x24, 0x35, 0x11, 0x60, 0x33, 0x57, 0x60, 0x00, 0x80, 0xFD, 0x5B, 0x90,
      0x55,
      0x60, 0x00, 0x80, 0x80, 0x80, 0x80, 0x60, 0x04, 0x35, 0x5A, 0xF1, 0x15, 0x60, 0x4B, 0x57, 0x60, 0x01,
      0x60,
      0x00, 0x55, 0x00, 0x5B, 0x60, 0x00, 0x80, 0xFD,
    ]
    var bytes: [UInt8] = []
    for fork in Fork.allCases {
      let summary = ContractSummary(code: sample, fork: fork)
      for start in 0...sample.count {
        for assumes in [false, true] { _ = summary.makeSegment(at: start, assumes: assumes) }
      }
      bytes += summary.encoded()
    }
    return keccak256(bytes).bytes.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }()
}
