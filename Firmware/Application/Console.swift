import CSupNorm
import Startup

/// The host's console.
///
/// No `String`: it would need an allocator.
enum Console {
  /// Writes a literal; the compiler ends it with the zero byte that semihosting looks for.
  static func write(_ text: StaticString) {
    unsafe semihosting_print(text.utf8Start)
  }

  /// Writes a number in decimal.
  static func write(_ number: Int32) {
    semihosting_print_number(number)
  }

  /// Writes a number and what it counts.
  static func write(_ number: Int32, _ noun: StaticString) {
    write(number)
    write(noun)
  }

  /// Writes what a status of the library means.
  static func writeName(ofStatus status: Int32) {
    unsafe supnorm_status_name(status).withMemoryRebound(to: UInt8.self, capacity: 1) { text in
      unsafe semihosting_print(text)
    }
  }
}
