import CSupNorm
import Model
import Record
import Startup

/// The model that this firmware was built with, and the static buffers that it works in.
///
/// All memory is the C target's, of exactly the size that the header states, and lives as long as the program.
@safe
struct DeployedModel {
  private let network: UnsafePointer<supnorm_network>
  private let model: UnsafeMutablePointer<supnorm_model>
  private let golden: UnsafePointer<supnorm_golden>
  private let goldenCount: Int
  private let scratch: UnsafeMutableRawPointer
  private let scratchBytes: Int
  private let record: UnsafeMutablePointer<Int32>

  init() {
    unsafe network = model_network()
    unsafe model = model_handle()
    unsafe golden = model_golden()
    goldenCount = Int(model_golden_count())
    unsafe scratch = model_scratch()
    scratchBytes = Int(model_scratch_bytes())
    unsafe record = model_record()
  }

  var inputs: Int32 { unsafe Int32(network.pointee.inputs) }
  var outputs: Int32 { unsafe Int32(network.pointee.outputs) }

  /// Opens the model, proves again on the stored numbers what the header claims of them, compares every golden vector,
  /// sees that wrong memory is an error on this board, too, and no trap, and encodes a reading.
  func check() throws(RunError) {
    try accept(unsafe supnorm_open(network, model))
    try accept(unsafe supnorm_self_check(model))
    try accept(unsafe supnorm_self_test(model, golden, goldenCount, scratch, scratchBytes, record))
    try refuseWrongScratch()
    try refuseOverlaps()
    try encodeReading()
  }

  /// Expects the greatest reading that there is to become an input of the declared range, where there are readings.
  private func encodeReading() throws(RunError) {
    var encoded: Int16 = 0
    let status = unsafe supnorm_encode(model, 0, .max, &encoded)
    if status == SUPNORM_ERROR_READING { return }
    try accept(status)
    guard unsafe encoded >= network.pointee.input_min && encoded <= network.pointee.input_max else {
      throw .model(SUPNORM_ERROR_GOLDEN)
    }
  }

  /// Expects scratch memory that is not aligned, or one byte short, to be refused.
  private func refuseWrongScratch() throws(RunError) {
    let input = unsafe UnsafePointer(model_input())
    var result = supnorm_result()
    for offset in 1...7 {
      try expect(
        SUPNORM_ERROR_SCRATCH,
        unsafe supnorm_infer(model, input, scratch + offset, scratchBytes - offset, record, &result))
    }
    let needed = unsafe Int(network.pointee.infer_scratch_bytes)
    // A network without hidden layers states 8 bytes, and needs none.
    if needed > 8 {
      try expect(
        SUPNORM_ERROR_SCRATCH, unsafe supnorm_infer(model, input, scratch, needed - 1, record, &result))
    }
  }

  /// Expects buffers that share memory to be refused.
  private func refuseOverlaps() throws(RunError) {
    let input = unsafe UnsafePointer(model_input())
    var result = supnorm_result()
    let inScratch = unsafe UnsafePointer(scratch.assumingMemoryBound(to: Int16.self))
    try expect(
      SUPNORM_ERROR_OVERLAP,
      unsafe supnorm_infer(model, inScratch, scratch, scratchBytes, record, &result))
    try expect(
      SUPNORM_ERROR_OVERLAP,
      unsafe supnorm_infer_within(
        model, input, 0, scratch, scratchBytes, scratch.assumingMemoryBound(to: Int32.self), &result))
    try expect(
      SUPNORM_ERROR_OVERLAP, unsafe supnorm_certify(model, inScratch, 0, 0, scratch, scratchBytes))
    try expect(
      SUPNORM_ERROR_OVERLAP,
      unsafe supnorm_output_bounds(model, input, 0, scratch, scratchBytes, record, record))
  }

  private func expect(_ error: Int32, _ status: Int32) throws(RunError) {
    guard status == error else { throw .model(status) }
  }

  /// Answers the input buffer into the record: logits, class, global radius, local verdict at `deviation`, the class
  /// that is certified there, bounds of the logits.
  ///
  /// - Parameter isCounted: whether only inference and certificate are to run.
  /// - Returns: whether the class is certified for every input within `deviation` LSB.
  func answer(deviation: Int32, isCounted: Bool) throws(RunError) -> Bool {
    let input = unsafe UnsafePointer(model_input())
    var result = supnorm_result()
    mark_infer_begin()
    let status = unsafe supnorm_infer(model, input, scratch, scratchBytes, record, &result)
    mark_infer_end()
    try accept(status)

    let answer = device_answer(
      class_index: result.class_index, radius: Int32(bitPattern: result.radius_lsb),
      verdict: try unsafe certify(input, result.class_index, deviation),
      class_within: isCounted ? SUPNORM_NO_CLASS : try unsafe classWithin(deviation, input))
    unsafe UnsafeMutableRawPointer(record + Int(outputs)).storeBytes(of: answer, as: device_answer.self)
    if !isCounted || isRegression { try unsafe boundLogits(within: deviation, input) }
    return answer.verdict == SUPNORM_OK
  }

  /// Where the lower bounds of the logits are in the record; the upper ones follow.
  private var bounds: UnsafeMutablePointer<Int32> {
    unsafe record + Int(device_record_words(outputs) - 2 * outputs)
  }

  private var isRegression: Bool { unsafe Int32(network.pointee.task) == SUPNORM_REGRESSION }

  /// The local verdict; a regression has no class to certify, its certificate are the bounds.
  private func certify(
    _ input: UnsafePointer<Int16>?, _ classIndex: Int32, _ deviation: Int32
  ) throws(RunError) -> Int32 {
    if isRegression { return SUPNORM_UNCERTIFIED }
    mark_certify_begin()
    let verdict = unsafe supnorm_certify(model, input, classIndex, deviation, scratch, scratchBytes)
    mark_certify_end()
    guard verdict >= 0 else { throw .model(verdict) }
    return verdict
  }

  /// The class of the abstaining inference, -1 when it abstains.
  private func classWithin(_ deviation: Int32, _ input: UnsafePointer<Int16>?) throws(RunError) -> Int32 {
    if isRegression { return SUPNORM_NO_CLASS }
    var result = supnorm_result()
    let status = unsafe supnorm_infer_within(
      model, input, deviation, scratch, scratchBytes, record, &result)
    guard status >= 0 else { throw .model(status) }
    return result.class_index
  }

  /// Puts bounds of the logits behind the other words of the record.
  private func boundLogits(within deviation: Int32, _ input: UnsafePointer<Int16>?) throws(RunError) {
    let outputs = Int(outputs)
    let lower = unsafe bounds
    for index in 0..<2 * outputs { unsafe lower[index] = 0 }
    if isRegression { mark_certify_begin() }
    let status = unsafe supnorm_output_bounds(
      model, input, deviation, scratch, scratchBytes, lower, lower + outputs)
    if isRegression { mark_certify_end() }
    guard status >= 0 else { throw .model(status) }
  }

  /// The stack of both calls on the first golden vector, at its own radius.
  ///
  /// The certificate holds there, so that no call ends early, and the figure does not depend on the sample file.
  func stackUse() throws(RunError) -> device_stack {
    guard goldenCount > 0 else { return device_stack() }
    let vector = unsafe golden[0]
    var result = supnorm_result()
    stack_paint()
    let status = unsafe supnorm_infer(model, vector.input, scratch, scratchBytes, record, &result)
    let inferBytes = Int32(stack_used())
    try accept(status)

    let radius = unsafe max(0, vector.local_radius_lsb)
    let lower = unsafe bounds
    stack_paint()
    let verdict =
      unsafe isRegression
      ? supnorm_output_bounds(
        model, vector.input, radius, scratch, scratchBytes, lower, lower + Int(outputs))
      : supnorm_certify(model, vector.input, vector.class_index, radius, scratch, scratchBytes)
    let certifyBytes = Int32(stack_used())
    guard verdict >= 0 else { throw .model(verdict) }
    return device_stack(infer_bytes: inferBytes, certify_bytes: certifyBytes)
  }

  private func accept(_ status: Int32) throws(RunError) {
    guard status == SUPNORM_OK else { throw .model(status) }
  }
}
