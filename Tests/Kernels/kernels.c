/* kernels.c: every kernel of the library against plain loops, on a board; exits with the number of the kernel that
 * differs, 0 for none.
 *
 * Shapes are all up to 13 rows and 40 columns, so that every block begins and ends at every place. Inputs have 0 ...
 * all values that are not zero, at the start or scattered, at whole words and between them.
 */
#include "semihosting.h"
#include "supnorm.h"

enum { ROWS = 13, COLUMNS = 40, ENTRIES = 24, GUARDS = 4 };

/* ---- Numbers ---- */

static uint32_t state = 1;

/* A number below `count`, at most 65536. */
static int32_t draw(uint32_t count) {
  state = state * UINT32_C(1664525) + UINT32_C(1013904223);
  return (int32_t)((state >> 16) * count >> 16);
}

static int32_t draw_value(void) {
  const int32_t kind = draw(6);
  return kind == 0 ? -32768 : kind == 1 ? 32767 : kind == 2 ? 1 : draw(65536) - 32768;
}

/* ---- The layer under test: dense and sparse ones have the same weights ---- */

static uint64_t weight_words[(ROWS * COLUMNS + 7) / 4];
static int16_t *weights;
static uint32_t words[ROWS * COLUMNS];
static uint16_t halfwords[ROWS * ENTRIES];
static uint16_t counts[2 * ROWS];
static int32_t biases[ROWS];
static supnorm_layer layer;

static void draw_row(int16_t *row, uint32_t columns, int32_t *bias) {
  const int32_t kind = draw(4), half = (1 << layer.shift) >> 1;
  uint32_t sum = 0, room;
  for (uint32_t column = 0; column < columns; column++) {
    const int32_t reach = 65535 / (int32_t)columns;
    int32_t weight = draw((uint32_t)reach + 1);
    if (weight > 32767) { weight = 32767; }
    if (kind == 1 && draw(2) != 0) { weight = 0; }
    if (kind == 2) { weight = 0; }
    row[column] = (int16_t)(draw(2) != 0 ? weight : -weight);
  }
  if (kind == 2) { /* the greatest row sum in two weights or one */
    row[draw(columns)] = 32767;
    row[draw(columns)] = -32768;
  }
  for (uint32_t column = 0; column < columns; column++) {
    sum += (uint32_t)(row[column] < 0 ? -row[column] : row[column]);
  }
  room = (UINT32_C(0x7FFFFFFF) - (uint32_t)half) - (sum << 15);
  *bias = (int32_t)(draw(3) == 0 ? room : (room >> 16) * (uint32_t)draw(65536));
  if (draw(2) != 0) { *bias = -*bias; }
}

static void make_weights(uint32_t rows, uint32_t columns) {
  uint32_t *word = words;
  weights = (int16_t *)weight_words + 2 * draw(2);
  layer.rows = (uint16_t)rows;
  layer.columns = (uint16_t)columns;
  layer.shift = (uint8_t)draw(16);
  for (uint32_t row = 0; row < rows; row++) {
    int16_t *start = weights + row * columns;
    draw_row(start, columns, &biases[row]);
    for (int32_t is_negative = 0; is_negative < 2; is_negative++) {
      uint16_t count = 0;
      for (uint32_t column = 0; column < columns; column++) {
        if (is_negative ? start[column] < 0 : start[column] > 0) {
          *word++ = 2 * column | (uint32_t)start[column] << 16;
          count++;
        }
      }
      counts[2 * row + (uint32_t)is_negative] = count;
    }
  }
  layer.weights = weights;
  layer.biases = biases;
  layer.words = words;
  layer.row_entries = counts;
}

/* Rows of entries by falling potential, the last of which ends the row for every input. */
static void make_entries(uint32_t rows, uint32_t columns, uint8_t layout) {
  static const int32_t widths[] = {0, 1, 31, 32, 254, 255, 32640, 65535};
  const uint32_t bits = layout == SUPNORM_WORDS ? 16 : layout == SUPNORM_BYTES ? 8 : 11;
  const int32_t width = widths[draw(layout == SUPNORM_WORDS ? 8 : 6)];
  const int32_t largest = (1 << (layout == SUPNORM_WORDS ? 16 : 16 - bits)) - 1;
  uint32_t entry = 0;
  layer.rows = (uint16_t)rows;
  layer.columns = (uint16_t)columns;
  layer.shift = 0;
  layer.kind = SUPNORM_MAXPLUS;
  layer.layout = layout;
  layer.activation = draw(2) != 0 ? SUPNORM_NEGATE : SUPNORM_IDENTITY;
  layer.input_min = (int16_t)(draw(3) == 0 && width <= 32767 ? 0 : -32768 + draw((uint32_t)(65536 - width)));
  layer.input_max = (int16_t)(layer.input_min + width);
  for (uint32_t row = 0; row < rows; row++) {
    int32_t sum = 0;
    uint16_t count = 0;
    do {
      int32_t step = count == 0 ? 0 : draw(count < 12 ? (uint32_t)(width / 8 + 2) : (uint32_t)largest + 1);
      if (step > largest || count > 13) { step = largest; }
      sum += count == 0 ? 0 : step;
      words[entry] = (uint32_t)(count == 0 ? 0 : step) << bits | (uint32_t)draw(2 * columns);
      halfwords[entry] = (uint16_t)words[entry];
      entry++;
      count++;
    } while (sum < width || sum < 1);
    counts[row] = count;
    biases[row] = draw(4) == 0 ? draw(65536) - 32768 : draw(128);
  }
  layer.biases = biases;
  layer.words = words;
  layer.halfwords = halfwords;
  layer.row_entries = counts;
}

/* ---- Plain loops ---- */

static int32_t ends[2][COLUMNS]; /* what the columns are at least and at most */

static int32_t least_drop(uint32_t row, int32_t low, int32_t high) {
  const uint32_t bits = layer.layout == SUPNORM_WORDS ? 16 : layer.layout == SUPNORM_BYTES ? 8 : 11;
  uint32_t entry = 0;
  int32_t sum = 0, least = INT32_MAX;
  for (uint32_t before = 0; before < row; before++) { entry += counts[before]; }
  for (uint32_t index = 0; index < counts[row]; index++, entry++) {
    const uint32_t word = layer.layout == SUPNORM_WORDS ? words[entry] : halfwords[entry];
    const uint32_t place = word & ((UINT32_C(1) << bits) - 1);
    int32_t value = ends[place % 2 == 0 ? low : high][place / 2];
    value = value < layer.input_min ? layer.input_min : value > layer.input_max ? layer.input_max : value;
    sum += (int32_t)(word >> bits);
    value = sum + (place % 2 == 0 ? value - layer.input_min : layer.input_max - value);
    if (value < least) { least = value; }
  }
  return least;
}

/* The least or greatest value of a row over the ends, as a sum or as a maximum before negation. */
static int32_t plain(uint32_t row, int32_t is_greatest) {
  uint32_t sum = (uint32_t)biases[row];
  if (layer.kind == SUPNORM_MAXPLUS) { return biases[row] - least_drop(row, !is_greatest, is_greatest); }
  for (uint32_t column = 0; column < layer.columns; column++) {
    const int32_t weight = weights[row * layer.columns + column];
    sum += (uint32_t)(weight * ends[(weight < 0) ^ is_greatest][column]);
  }
  return (int32_t)sum;
}

static int16_t plain_hidden(int32_t value) {
  value = (int32_t)((uint32_t)value + ((UINT32_C(1) << layer.shift) >> 1)) >> layer.shift;
  return (int16_t)(value > 32767 ? 32767 : value < -32768 ? -32768 : value);
}

static int32_t plain_logit(uint32_t row, int32_t is_greatest) {
  const int32_t is_negated = layer.kind == SUPNORM_MAXPLUS && layer.activation == SUPNORM_NEGATE;
  const int32_t value = plain(row, is_greatest != is_negated);
  return is_negated ? -value : value;
}

static int32_t plain_exceeds(uint32_t own) {
  for (uint32_t row = 0; row < layer.rows; row++) {
    uint32_t sum = (uint32_t)biases[own], other_sum = (uint32_t)biases[row];
    if (row == own) { continue; }
    if (layer.kind == SUPNORM_MAXPLUS) {
      if (plain_logit(own, 0) <= plain_logit(row, 1)) { return 0; }
      continue;
    }
    for (uint32_t column = 0; column < layer.columns; column++) {
      const int32_t weight = weights[own * layer.columns + column], other = weights[row * layer.columns + column];
      const int32_t value = ends[weight < other][column];
      sum += (uint32_t)(weight * value);
      other_sum += (uint32_t)(other * value);
    }
    if ((int32_t)sum <= (int32_t)other_sum) { return 0; }
  }
  return 1;
}

/* ---- Kernels ---- */

static uint64_t input_words[2][(COLUMNS + 8) / 4];
static uint64_t workspace[(6 * COLUMNS + 7) / 8 + 1];
static int16_t hidden[2][ROWS + GUARDS];
static int32_t logits[2][ROWS + GUARDS];
static uint32_t verdicts[2];

static void fail(int32_t code) {
  static const char *const names[] = {"kernel ", ", rows ", ", columns ", ", shift "};
  const int32_t numbers[] = {code, layer.rows, layer.columns, layer.shift};
  for (uint32_t index = 0; index < 4; index++) {
    semihosting_print((const uint8_t *)names[index]);
    semihosting_print_number(numbers[index]);
  }
  semihosting_print((const uint8_t *)"\n");
  semihosting_exit(code);
}

/* Rubbish in outputs and workspace, and what nothing may write behind them. */
static void fill(void) {
  for (uint32_t index = 0; index < sizeof workspace / 8; index++) { workspace[index] = 0x5AA55AA55AA55AA5; }
  for (uint32_t index = 0; index < ROWS + GUARDS; index++) {
    for (uint32_t end = 0; end < 2; end++) {
      hidden[end][index] = 0x5AA5;
      logits[end][index] = 0x5AA5;
    }
  }
}

static void check_guards(uint32_t bytes_for_column, int32_t code) {
  for (uint32_t index = layer.rows; index < ROWS + GUARDS; index++) {
    for (uint32_t end = 0; end < 2; end++) {
      if (hidden[end][index] != 0x5AA5 || logits[end][index] != 0x5AA5) { fail(code + 1); }
    }
  }
  for (uint32_t index = (bytes_for_column * layer.columns + 7) / 8; index < sizeof workspace / 8; index++) {
    if (workspace[index] != 0x5AA55AA55AA55AA5) { fail(code + 2); }
  }
}

static void check_inference(uint8_t kind, const int16_t *input, int32_t is_last) {
  const int32_t code = 10 + 30 * kind + 10 * layer.layout;
  const supnorm_inference *kernels = supnorm_inference_of(kind, layer.layout);
  layer.kind = kind;
  for (uint32_t column = 0; column < layer.columns; column++) { ends[0][column] = ends[1][column] = input[column]; }
  fill();
  kernels->infer(&layer, input, is_last ? NULL : hidden[0], is_last ? logits[0] : NULL, workspace);
  for (uint32_t row = 0; row < layer.rows; row++) {
    if (is_last ? logits[0][row] != plain_logit(row, 0) : hidden[0][row] != plain_hidden(plain(row, 0))) { fail(code); }
  }
  check_guards(kernels->workspace, code);
}

static void check_certificate(uint8_t kind, const supnorm_box *box, int32_t is_last, uint32_t own) {
  const int32_t code = 15 + 30 * kind + 10 * layer.layout;
  const supnorm_certificate *kernels = supnorm_certificate_of(kind, layer.layout);
  layer.kind = kind;
  fill();
  if (is_last) {
    kernels->bound(&layer, box, NULL, NULL, logits[0], logits[1], workspace);
  } else {
    kernels->bound(&layer, box, hidden[0], hidden[1], NULL, NULL, workspace);
  }
  for (int32_t end = 0; end < 2; end++) {
    for (uint32_t row = 0; row < layer.rows; row++) {
      if (is_last ? logits[end][row] != plain_logit(row, end)
                  : hidden[end][row] != plain_hidden(plain(row, end))) { fail(code); }
    }
  }
  check_guards(kernels->workspace, code);
  const int32_t verdict = kernels->exceeds(&layer, own, box, workspace) != 0;
  if (verdict != plain_exceeds(own)) { fail(code + 3); }
  verdicts[verdict]++;
}

/* A box around an input at any address, or between two vectors of hidden values. */
static supnorm_box make_box(void) {
  supnorm_box box = {(int16_t *)input_words[0], (int16_t *)input_words[1], 0, -32768, 32767};
  const int32_t is_around = draw(2), is_wide = draw(2);
  int16_t *lower = (int16_t *)input_words[0], *upper = (int16_t *)input_words[1];
  if (is_around) {
    static const int32_t deviations[] = {0, 1, 100, 65535};
    box.lower = box.upper = upper = lower = lower + draw(2);
    box.deviation = deviations[draw(4)];
    if (layer.kind == SUPNORM_MAXPLUS || draw(2) != 0) {
      box.minimum = layer.kind == SUPNORM_MAXPLUS ? layer.input_min : -1000;
      box.maximum = layer.kind == SUPNORM_MAXPLUS ? layer.input_max : 20000;
    }
  }
  for (uint32_t column = 0; column < layer.columns; column++) {
    int32_t value = draw_value(), other = is_wide ? draw_value() : value + draw(100);
    if (is_around) {
      lower[column] = (int16_t)(value < box.minimum ? box.minimum : value > box.maximum ? box.maximum : value);
    } else {
      if (other > 32767) { other = 32767; }
      if (layer.kind == SUPNORM_MAXPLUS) { /* what the layer before is proved to give */
        value = layer.input_min + draw((uint32_t)(layer.input_max - layer.input_min) + 1);
        other = layer.input_min + draw((uint32_t)(layer.input_max - layer.input_min) + 1);
      }
      lower[column] = (int16_t)(value < other ? value : other);
      upper[column] = (int16_t)(value < other ? other : value);
    }
    const int32_t low = lower[column] - box.deviation, high = upper[column] + box.deviation;
    ends[0][column] = low < box.minimum ? box.minimum : low;
    ends[1][column] = high > box.maximum ? box.maximum : high;
  }
  return box;
}

/* `count` of the columns are not zero. */
static int16_t *make_input(uint32_t columns, uint32_t count, int32_t is_scattered) {
  int16_t *input = (int16_t *)input_words[0] + draw(2);
  for (uint32_t column = 0; column < columns; column++) {
    int16_t value = (int16_t)draw_value();
    if (value == 0) { value = -1; }
    input[column] = column < count ? value : 0;
  }
  for (uint32_t column = columns; is_scattered && column > 1; column--) {
    const int32_t other = draw(column);
    const int16_t value = input[other];
    input[other] = input[column - 1];
    input[column - 1] = value;
  }
  return input;
}

static void check_boxes(uint8_t kind) {
  for (int32_t round = 0; round < 4; round++) {
    const uint32_t own = (uint32_t)draw(layer.rows);
    layer.kind = kind;
    const supnorm_box box = make_box();
    if (kind != SUPNORM_MAXPLUS && round > 1) { /* a winner, by a bias that a sum may still exceed */
      for (uint32_t row = 0; row < layer.rows; row++) { biases[row] = row == own ? 0x7FFF0000 : -0x40000000; }
    }
    check_certificate(kind, &box, round & 1, own);
  }
}

int main(void) {
  for (uint32_t rows = 1; rows <= ROWS; rows++) {
    for (uint32_t columns = 1; columns <= COLUMNS; columns++) {
      layer.layout = 0;
      layer.activation = SUPNORM_IDENTITY;
      layer.input_min = -32768;
      layer.input_max = 32767;
      make_weights(rows, columns);
      for (uint32_t count = 0; count <= columns; count++) {
        for (int32_t is_scattered = 0; is_scattered < 2; is_scattered++) {
          const int16_t *input = make_input(columns, count, is_scattered);
          check_inference(SUPNORM_DENSE, input, draw(2));
          check_inference(SUPNORM_SPARSE, input, draw(2));
        }
      }
      check_boxes(SUPNORM_DENSE);
      make_weights(rows, columns);
      check_boxes(SUPNORM_SPARSE);
      for (uint8_t layout = SUPNORM_WORDS; layout <= SUPNORM_HALFWORDS; layout++) {
        make_entries(rows, columns, layout);
        for (int32_t round = 0; round < 8; round++) { /* within the range or cut to it */
          int16_t *input = make_input(columns, columns, 0);
          for (uint32_t column = 0; column < columns && round > 1; column++) {
            input[column] = (int16_t)(layer.input_min + draw((uint32_t)(layer.input_max - layer.input_min) + 1));
          }
          if (round > 5) { input[draw(columns)] = (int16_t)draw_value(); }
          check_inference(SUPNORM_MAXPLUS, input, round & 1);
        }
        check_boxes(SUPNORM_MAXPLUS);
      }
    }
  }
  return verdicts[0] > 1000 && verdicts[1] > 1000 ? 0 : 1;
}
