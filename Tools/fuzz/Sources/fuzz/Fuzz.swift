import Glibc
import Wavefront

/// What libFuzzer calls for each input. Whatever is wrong ends the process, and libFuzzer keeps the input.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard let test = FuzzCase(Bytes(UnsafeBufferPointer(start: start, count: count))) else { return 0 }
  do {
    guard let complaint = try test.complaint() else { return 0 }
    print(complaint)
  } catch {
    print(error)
  }
  // A signal that libFuzzer handles, which a failed precondition's is not.
  abort()
}
