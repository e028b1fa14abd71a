// SPDX-License-Identifier: Apache-2.0
#include "store/history_ints.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <numeric>

namespace cairn::store {
namespace {

// A quotient of so many zeros is an escape: the number follows with its width.
constexpr unsigned escape = 20;
// Numbers beyond count as this in the means, so that these do not overflow.
constexpr std::uint64_t most_counted = std::uint64_t{1} << 52;

constexpr unsigned most_level = 53;
constexpr std::size_t most_bytes = 24;  // of a number and a run before it
// Numbers that share a parameter: it changes between groups only, which halves the decoder's work.
constexpr std::size_t group_size = 8;

// The mean of the numbers so far, in 1/256, half of it from the last group or so.
class Mean {
 public:
  explicit Mean(std::uint64_t scaled) : scaled_(scaled) {}
  // A whole group of numbers, each counted as at most `most_counted`.
  void add_group(std::uint64_t sum) { scaled_ = (scaled_ + (sum << 5)) >> 1; }
  void add(std::uint64_t number) {
    scaled_ += (std::min(number, most_counted) << 4) - (scaled_ >> 4);
  }
  // As `count` zeros would, roughly; all of it is forgotten after 16.
  void fade(std::uint64_t count) { scaled_ -= (scaled_ >> 4) * std::min<std::uint64_t>(count, 16); }
  // Bits that a Rice code leaves as they are: 2^k is about 0.7 of the mean.
  unsigned parameter() const { return static_cast<unsigned>(std::bit_width(scaled_ * 11 >> 12)); }
  // Most numbers are zero: they are counted rather than written.
  bool in_runs() const { return scaled_ < 96; }

 private:
  std::uint64_t scaled_;
};

// What writer and reader know alike before each number.
struct Adaptive {
  Mean all;
  Mean runs{std::uint64_t{8} << 8};
  Mean after_runs{std::uint64_t{4} << 8};

  explicit Adaptive(unsigned level) : all(level == 0 ? 0 : std::uint64_t{128} << level) {}
};

// The mean that a sequence starts with: 0, 1, 2, 4 … in six bits.
unsigned level_of(std::uint64_t bits, std::size_t count) {
  const std::uint64_t mean_bits = (bits + count / 2) / count;
  return static_cast<unsigned>(std::min<std::uint64_t>(mean_bits, most_level));
}

void put_rice(BitSink& out, std::uint64_t number, unsigned k) {
  const std::uint64_t quotient = number >> k;
  if (quotient >= escape) {
    out.put(0, escape);
    put_sized(out, number);
    return;
  }
  const auto zeros = static_cast<unsigned>(quotient);
  const std::uint64_t low = number & ((std::uint64_t{1} << k) - 1);
  if (zeros + 1 + k <= 56) {
    out.put((low << 1 | 1) << zeros, zeros + 1 + k);
  } else {
    out.put(std::uint64_t{1} << zeros, zeros + 1);
    out.put(low, k);
  }
}

inline std::uint64_t get_rice(BitReader& in, unsigned k) {
  const std::uint64_t word = in.peek();
  const auto zeros = static_cast<unsigned>(std::countr_zero(word | std::uint64_t{1} << escape));
  if (zeros == escape) {
    in.skip(escape);
    return get_sized(in);
  }
  if (zeros + 1 + k <= 57) {
    in.skip(zeros + 1 + k);
    return std::uint64_t{zeros} << k | (word >> (zeros + 1) & ((std::uint64_t{1} << k) - 1));
  }
  in.skip(zeros + 1);
  return (std::uint64_t{zeros} << k) + in.get(k);
}

void encode_rest(const std::vector<std::uint64_t>& rest, unsigned level, BitSink& sink) {
  BitSink out = sink;
  Adaptive state(level);
  for (std::size_t i = 0; i < rest.size();) {
    if (!state.all.in_runs()) {
      const unsigned k = state.all.parameter();
      const std::size_t end = std::min(rest.size(), i + group_size);
      std::uint64_t sum = 0;
      for (; i < end; ++i) {
        put_rice(out, rest[i], k);
        sum += std::min(rest[i], most_counted);
      }
      state.all.add_group(sum);
      continue;
    }
    std::size_t end = i;
    while (end < rest.size() && rest[end] == 0) ++end;
    const std::uint64_t run = end - i;
    put_rice(out, run, state.runs.parameter());
    state.runs.add(run);
    state.all.fade(run);
    i = end;
    if (i == rest.size()) break;
    put_rice(out, rest[i] - 1, state.after_runs.parameter());
    state.after_runs.add(rest[i] - 1);
    state.all.add(rest[i++]);
  }
  sink = out;
}

bool decode_rest(BitReader& reader, unsigned level, std::vector<std::uint64_t>& rest) {
  BitReader in = reader;
  Adaptive state(level);
  const std::size_t count = rest.size();
  for (std::size_t i = 0; i < count;) {
    if (!state.all.in_runs()) {
      const unsigned k = state.all.parameter();
      const std::size_t end = std::min(count, i + group_size);
      std::uint64_t sum = 0;
      for (; i < end; ++i) {
        rest[i] = get_rice(in, k);
        sum += std::min(rest[i], most_counted);
      }
      state.all.add_group(sum);
      continue;
    }
    const std::uint64_t run = get_rice(in, state.runs.parameter());
    if (run > count - i || !in.good()) return false;
    state.runs.add(run);
    state.all.fade(run);
    std::fill_n(rest.begin() + static_cast<std::ptrdiff_t>(i), run, 0);
    i += run;
    if (i == count) break;
    const std::uint64_t number = get_rice(in, state.after_runs.parameter());
    state.after_runs.add(number);
    rest[i++] = number + 1;
    state.all.add(number + 1);
  }
  reader = in;
  return in.good();
}

std::uint64_t magnitude(std::int64_t v) {
  return v < 0 ? ~static_cast<std::uint64_t>(v) + 1 : static_cast<std::uint64_t>(v);
}

// Differences of neighbours, and the greatest number that divides all of them (1 if all are 0).
std::uint64_t difference(std::span<const std::int64_t> integers, std::vector<std::int64_t>& steps) {
  steps.resize(integers.size() - 1);
  std::uint64_t divisor = 0;
  std::int64_t last = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto step = static_cast<std::int64_t>(static_cast<std::uint64_t>(integers[i + 1]) -
                                                static_cast<std::uint64_t>(integers[i]));
    steps[i] = step;
    if (divisor == 1 || step == last) continue;
    last = step;
    const std::uint64_t size = magnitude(step);
    if (divisor == 0 || size % divisor != 0) divisor = std::gcd(divisor, size);
  }
  if (divisor <= 1 || divisor > INT64_MAX) return 1;
  std::int64_t quotient = 0;
  last = 0;
  for (std::int64_t& step : steps) {
    if (step != last) {
      last = step;
      quotient = step / static_cast<std::int64_t>(divisor);
    }
    step = quotient;
  }
  return divisor;
}

// The step that more than half of all have, else their mean.
std::int64_t usual_step(const std::vector<std::int64_t>& steps) {
  std::size_t same = 0;  // as the one before: a majority makes a quarter of them so
  std::uint64_t sum = static_cast<std::uint64_t>(steps[0]);  // modulo 2^64: last - first
  for (std::size_t i = 1; i < steps.size(); ++i) {
    same += steps[i] == steps[i - 1] ? 1u : 0u;
    sum += static_cast<std::uint64_t>(steps[i]);
  }
  if (same * 5 >= steps.size()) {
    std::int64_t candidate = 0;
    std::size_t votes = 0;
    for (const std::int64_t step : steps) {
      if (votes == 0) candidate = step;
      step == candidate ? ++votes : --votes;
    }
    const auto held = static_cast<std::size_t>(std::count(steps.begin(), steps.end(), candidate));
    if (held * 2 > steps.size()) return candidate;
  }
  return static_cast<std::int64_t>(sum) / static_cast<std::int64_t>(steps.size());
}

std::int64_t minus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
std::int64_t plus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

enum Order : unsigned { about_mean = 0, steps_about_usual = 1, steps_about_last = 2, as_is = 3 };

// Calls take(number) for each number that `order` leaves of the steps; `centre` as the order has
// it.
template <class Take>
void each_rest(const std::vector<std::int64_t>& steps, unsigned order, std::int64_t centre,
               Take take) {
  std::int64_t level = 0;  // the sum of the steps so far, or the last step
  for (const std::int64_t step : steps) {
    if (order == about_mean) {
      level = plus(level, step);
      take(zigzag(minus(level, centre)));
    } else if (order == steps_about_usual) {
      take(zigzag(minus(step, centre)));
    } else {
      take(zigzag(minus(step, level)));
      level = step;
    }
  }
}

std::int64_t mean_level(const std::vector<std::int64_t>& steps) {
  std::int64_t level = 0;
  double sum = 0;
  for (const std::int64_t step : steps) {
    level = plus(level, step);
    sum += static_cast<double>(level);
  }
  const double mean = sum / static_cast<double>(steps.size());
  return mean > -4e18 && mean < 4e18 ? static_cast<std::int64_t>(mean) : 0;
}

struct Choice {
  unsigned order = steps_about_usual;
  std::int64_t centre = 0;
  std::uint64_t bits = 0;  // roughly: widths of all numbers
};

Choice choose(const std::vector<std::int64_t>& steps) {
  Choice best;
  best.centre = usual_step(steps);
  const auto cost = [&](unsigned order, std::int64_t centre) {
    std::uint64_t bits = 0;
    each_rest(steps, order, centre, [&](std::uint64_t number) {
      // Zero has no bits; without a branch.
      bits += static_cast<unsigned>(std::bit_width(number | 1)) - (number == 0 ? 1u : 0u);
    });
    return bits;
  };
  best.bits = cost(steps_about_usual, best.centre);
  if (best.bits == 0 || steps.size() < 3) return best;
  const std::int64_t mean = mean_level(steps);
  if (const std::uint64_t bits = cost(about_mean, mean); bits < best.bits) {
    best = {about_mean, mean, bits};
  }
  if (const std::uint64_t bits = cost(steps_about_last, 0); bits < best.bits) {
    best = {steps_about_last, 0, bits};
  }
  return best;
}

// Divisors are mostly powers of ten (units of time, digits): the power in 4 bits, then the rest.
void put_divisor(BitSink& out, std::uint64_t divisor) {
  unsigned power = 0;
  while (power < 15 && divisor % 10 == 0) {
    divisor /= 10;
    ++power;
  }
  out.put(power, 4);
  put_rice(out, divisor - 1, 2);
}

std::uint64_t get_divisor(BitReader& in) {
  const std::uint64_t power = in.get(4);
  std::uint64_t divisor = get_rice(in, 2) + 1;
  for (std::uint64_t i = 0; i < power; ++i) divisor *= 10;
  return divisor;
}

}  // namespace

void BitWriter::clear() {
  sink_ = BitSink(bytes_.data());
}

BitSink BitWriter::room(std::size_t bytes) {
  const auto used = static_cast<std::size_t>(sink_.at_ - bytes_.data());
  if (used + bytes + 16 > bytes_.size()) {
    bytes_.resize(bytes_.size() * 2 + bytes + 16);
    sink_.at_ = bytes_.data() + used;
  }
  return sink_;
}

void BitWriter::finish(std::string& out) const {
  out.append(reinterpret_cast<const char*>(bytes_.data()),
             static_cast<std::size_t>(sink_.end() - bytes_.data()));
}

void put_sized(BitSink& out, std::uint64_t number) {
  const auto width = static_cast<unsigned>(std::bit_width(number));
  const unsigned code = std::min(width, 63u);
  out.put(code, 6);
  out.put(number, code == 63 ? 64 : width);
}

void put_sized(BitWriter& out, std::uint64_t number) {
  BitSink sink = out.room(16);
  put_sized(sink, number);
  out.set(sink);
}

std::uint64_t get_sized(BitReader& in) {
  const auto width = static_cast<unsigned>(in.get(6));
  return in.get(width == 63 ? 64 : width);
}

namespace {

void put_as_is(std::span<const std::int64_t> integers, BitSink& sink) {
  sink.put(as_is, 2);
  for (const std::int64_t v : integers.subspan(1)) sink.put(static_cast<std::uint64_t>(v), 64);
}

}  // namespace

void encode_integers(std::span<const std::int64_t> integers, IntScratch& scratch, BitWriter& out) {
  if (integers.size() < 2) return;
  const BitSink start = out.room(64 + integers.size() * most_bytes);
  BitSink sink = start;
  const std::uint64_t divisor = difference(integers, scratch.steps);
  const Choice choice = choose(scratch.steps);
  const unsigned level = level_of(choice.bits, scratch.steps.size());
  sink.put(choice.order, 2);
  put_divisor(sink, divisor);
  if (choice.order != steps_about_last) put_rice(sink, zigzag(choice.centre), 1);
  sink.put(level, 6);
  scratch.rest.resize(scratch.steps.size());
  std::size_t i = 0;
  each_rest(scratch.steps, choice.order, choice.centre,
            [&](std::uint64_t number) { scratch.rest[i++] = number; });
  encode_rest(scratch.rest, level, sink);
  // Where prediction and code only cost, the integers themselves.
  if (static_cast<std::size_t>(sink.end() - start.end()) > integers.size() * 8) {
    sink = start;
    put_as_is(integers, sink);
  }
  out.set(sink);
}

bool decode_integers(BitReader& in, IntScratch& scratch, std::span<std::int64_t> integers) {
  if (integers.size() < 2) return true;
  const auto order = static_cast<unsigned>(in.get(2));
  if (order == as_is) {
    for (std::int64_t& v : integers.subspan(1)) v = static_cast<std::int64_t>(in.get(64));
    return in.good();
  }
  const std::uint64_t divisor = get_divisor(in);
  const std::int64_t centre = order == steps_about_last ? 0 : unzigzag(get_rice(in, 1));
  const auto level = static_cast<unsigned>(in.get(6));
  if (level > most_level) return false;
  scratch.rest.resize(integers.size() - 1);
  if (!decode_rest(in, level, scratch.rest)) return false;
  const auto first = static_cast<std::uint64_t>(integers[0]);
  const auto base = static_cast<std::uint64_t>(centre);
  std::uint64_t now = order == about_mean ? first + base * divisor : first;
  std::uint64_t step = 0;
  for (std::size_t i = 0; i < scratch.rest.size(); ++i) {
    const auto rest = static_cast<std::uint64_t>(unzigzag(scratch.rest[i]));
    if (order == about_mean) {
      integers[i + 1] = static_cast<std::int64_t>(now + rest * divisor);
      continue;
    }
    step = order == steps_about_last ? step + rest : base + rest;
    now += step * divisor;
    integers[i + 1] = static_cast<std::int64_t>(now);
  }
  return true;
}

}  // namespace cairn::store
