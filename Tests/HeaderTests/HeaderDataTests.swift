import Claims
import Certification
import Files
import TestSupport
import Testing

@Suite("Header data")
struct HeaderDataTests {
  /// Reads the arrays of a header by the words of supnorm.h alone, in 64-bit integers, and prints the answers.
  static let plainReader = """
    #include <stdio.h>

    static int64_t clamped(int64_t value) { return value < -32768 ? -32768 : value > 32767 ? 32767 : value; }

    static void activate(const supnorm_layer *layer, int64_t *values) {
      int activation = layer->activation;
      for (int i = 0; i < layer->rows; i++) {
        int64_t v = values[i];
        if (activation == SUPNORM_SMOOTH) {
          int64_t step = 65536 / (layer->table_nodes - 1), node = (v + 32768) / step, rest = (v + 32768) % step;
          int64_t rise = layer->nodes[node + 1] - layer->nodes[node];
          values[i] = layer->nodes[node] + (rise * rest + step / 2) / step;
        }
        if (activation == SUPNORM_RELU && v < 0) values[i] = 0;
        if (activation == SUPNORM_ABS && v < 0) values[i] = clamped(-v);
        if (activation == SUPNORM_NEGATE) values[i] = clamped(-v);
        if (activation == SUPNORM_MAXMIN && i % 2 == 1 && values[i - 1] < v) {
          values[i] = values[i - 1];
          values[i - 1] = v;
        }
        if (activation == SUPNORM_SORT)
          for (int j = i; j > 0 && values[j - 1] > values[j]; j--) {
            int64_t swap = values[j];
            values[j] = values[j - 1];
            values[j - 1] = swap;
          }
      }
    }

    static void maximize(const supnorm_layer *layer, const int64_t *values, int64_t *maxima) {
      int bits = layer->layout == SUPNORM_WORDS ? 16 : layer->layout == SUPNORM_BYTES ? 8 : 11;
      uint32_t entry = 0;
      if (layer->shift != 0 || layer->row_sum_bound != 1 || layer->weights != NULL ||
          !layer->words != (layer->layout != SUPNORM_WORDS) || !layer->halfwords != (layer->layout == SUPNORM_WORDS))
        printf("layer ");
      for (int r = 0; r < layer->rows; r++) {
        int64_t potential = layer->biases[r];
        maxima[r] = -1000000;
        for (int i = 0; i < layer->row_entries[r]; i++, entry++) {
          uint32_t word = layer->words != NULL ? layer->words[entry] : layer->halfwords[entry];
          uint32_t place = word & ((1u << bits) - 1);
          int64_t x = values[place / 2], value;
          if (x < layer->input_min) x = layer->input_min;
          if (x > layer->input_max) x = layer->input_max;
          potential -= word >> bits;
          value = place % 2 != 0 ? potential - (layer->input_max - x) : potential - (x - layer->input_min);
          if (value > maxima[r]) maxima[r] = value;
        }
      }
      if (entry != layer->entries) printf("entries ");
    }

    static void add_residuals(const supnorm_network *network, const supnorm_golden *golden, int l, int64_t *values) {
      if (l == network->layer_count - 2)
        for (int i = 0; i < network->residual_count; i++) {
          int64_t x = golden->input[network->residual_inputs[i]];
          if (x < network->layers->input_min) x = network->layers->input_min;
          if (x > network->layers->input_max) x = network->layers->input_max;
          values[network->layers[l].rows + i] = x;
        }
    }

    static void answer(const supnorm_network *network, const supnorm_golden *golden) {
      int64_t values[1100], sums[1100];
      for (int i = 0; i < network->inputs; i++) values[i] = golden->input[i];
      for (int l = 0; l < network->layer_count; l++) {
        const supnorm_layer *layer = &network->layers[l];
        const int16_t *weight = layer->weights;
        const uint32_t *word = layer->words;
        if (layer->kind == SUPNORM_MAXPLUS) {
          maximize(layer, values, sums);
          for (int r = 0; r < layer->rows && l < network->layer_count - 1; r++) values[r] = clamped(sums[r]);
          if (l < network->layer_count - 1) activate(layer, values);
          else if (layer->activation == SUPNORM_NEGATE)
            for (int r = 0; r < layer->rows; r++) sums[r] = -sums[r];
          add_residuals(network, golden, l, values);
          continue;
        }
        for (int r = 0; r < layer->rows; r++) {
          sums[r] = layer->biases[r];
          if (layer->kind == SUPNORM_DENSE)
            for (int c = 0; c < layer->columns; c++) sums[r] += (int64_t)*weight++ * values[c];
          else
            for (int e = 0; e < layer->row_entries[2 * r] + layer->row_entries[2 * r + 1]; e++, word++)
              sums[r] += (int64_t)(int16_t)(*word >> 16) * values[(*word & 0xFFFF) / 2];
        }
        if (layer->kind == SUPNORM_DENSE ? weight != layer->weights + layer->entries
                                         : word != layer->words + layer->entries)
          printf("entries ");
        if (l == network->layer_count - 1) break;
        for (int r = 0; r < layer->rows; r++) {
          int64_t scale = (int64_t)1 << layer->shift, sum = sums[r] + scale / 2;
          values[r] = clamped(sum >= 0 ? sum / scale : -((scale - 1 - sum) / scale));
        }
        activate(layer, values);
        add_residuals(network, golden, l, values);
      }
      for (int i = 0; i < network->outputs; i++) printf("%lld ", (long long)sums[i]);
      printf("class %ld\\n", (long)golden->class_index);
    }

    #define SHOW(string) show(string, sizeof(string) - 1);
    static void show(const char *bytes, size_t count) {
      for (size_t i = 0; i < count; i++) printf("%02x", (unsigned char)bytes[i]);
      printf("\\n");
    }

    """

  @Test(arguments: [HeaderCompiler.clang, .gcc])
  func `A plain C loop over the arrays gives the golden logits, and names keep their bytes`(
    compiler: HeaderCompiler
  ) throws {
    var generator = HeaderModels()
    let models = try (0..<24).map { try generator.claims(name: "m\($0)") }
    let folder = try TestFolder()
    try folder.write(models)
    var program = models.map { "#include \"\($0.name).h\"\n" }.joined() + Self.plainReader
    program += "int main(void) {\n"
    var expected: [String] = []
    for model in models {
      program += """
          for (uint32_t i = 0; i < \(model.name)_golden_count(); i++)
            answer(\(model.name)_network(), &\(model.name)_golden()[i]);
          \(model.name.uppercased())_FEATURE_NAMES(SHOW)
          \(model.name.uppercased())_CLASS_NAMES(SHOW)
          \(model.name.uppercased())_TARGET_NAMES(SHOW)

        """
      for golden in model.golden {
        let logits = golden.logits.map { "\($0) " }.joined()
        expected.append("\(logits)class \(golden.classIndex)")
      }
      for name in model.featureNames + model.classNames + model.targetNames {
        expected.append(name.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
      }
    }
    program += "  return 0;\n}\n"
    try folder.write(program, as: "main.c")
    try folder.writeKernels()
    let build = try compiler.compile(
      ["-O1", "-Wall", "-Werror", "main.c", "kernels.c", "-o", "program"], in: folder)
    #expect(build.status == 0, "\(build.text)")
    let run = try runProgram(folder.file("program"), [], in: folder)
    #expect(
      run.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) == expected + [""])
  }
}
