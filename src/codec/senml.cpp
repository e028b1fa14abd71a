// SPDX-License-Identifier: Apache-2.0
#include "codec/senml.hpp"

#include <array>
#include <cmath>
#include <string>

#include "codec/detail/batch_writer.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace cairn::codec {
namespace {

constexpr std::size_t none = std::string_view::npos;

struct FieldRow {
  SenmlField field;
  std::string_view label;
  SenmlKind kind;
};
constexpr std::array field_rows = {
    FieldRow{SenmlField::base_version, "bver", SenmlKind::number},
    FieldRow{SenmlField::base_name, "bn", SenmlKind::text},
    FieldRow{SenmlField::base_time, "bt", SenmlKind::number},
    FieldRow{SenmlField::base_unit, "bu", SenmlKind::text},
    FieldRow{SenmlField::base_value, "bv", SenmlKind::number},
    FieldRow{SenmlField::base_sum, "bs", SenmlKind::number},
    FieldRow{SenmlField::name, "n", SenmlKind::text},
    FieldRow{SenmlField::unit, "u", SenmlKind::text},
    FieldRow{SenmlField::value, "v", SenmlKind::number},
    FieldRow{SenmlField::text_value, "vs", SenmlKind::ignored},
    FieldRow{SenmlField::truth_value, "vb", SenmlKind::truth},
    FieldRow{SenmlField::sum, "s", SenmlKind::number},
    FieldRow{SenmlField::time, "t", SenmlKind::number},
    FieldRow{SenmlField::update_time, "ut", SenmlKind::ignored},
    FieldRow{SenmlField::data_value, "vd", SenmlKind::ignored},
    FieldRow{SenmlField::link, "l", SenmlKind::ignored},
};

constexpr std::uint32_t base_bits =
    senml_bit(SenmlField::base_version) | senml_bit(SenmlField::base_name) |
    senml_bit(SenmlField::base_time) | senml_bit(SenmlField::base_unit) |
    senml_bit(SenmlField::base_value) | senml_bit(SenmlField::base_sum);

constexpr std::uint32_t value_bits =
    senml_bit(SenmlField::value) | senml_bit(SenmlField::truth_value) |
    senml_bit(SenmlField::text_value) | senml_bit(SenmlField::data_value);
constexpr std::uint32_t data_bits = value_bits | senml_bit(SenmlField::name) |
                                    senml_bit(SenmlField::unit) | senml_bit(SenmlField::sum) |
                                    senml_bit(SenmlField::time);

// Names of RFC 8428 section 12.1 and RFC 8798 that UCUM and core/unit write in another way. A bel
// of sound pressure is ten decibels; lat and lon are degrees; EL is remaining time of a battery.
struct UnitRow {
  std::string_view senml;
  SenmlUnit unit;
};
constexpr std::array unit_rows = {
    UnitRow{"%EL", {"%"}},
    UnitRow{"%RH", {"%"}},
    UnitRow{"/", {"1"}},
    UnitRow{"Bspl", {"dB[SPL]", 10}},
    UnitRow{"EL", {"s"}},
    UnitRow{"VAs", {"VA.s"}},
    UnitRow{"beat/min", {"{beat}/min"}},
    UnitRow{"beats", {"{beat}"}},
    UnitRow{"count", {"{count}"}},
    UnitRow{"kat", {"mol/s"}},
    UnitRow{"kvarh", {"kvar.h"}},
    UnitRow{"lat", {"deg"}},
    UnitRow{"lon", {"deg"}},
    UnitRow{"varh", {"var.h"}},
    UnitRow{"vars", {"var.s"}},
    UnitRow{"/100", {"%"}},
    UnitRow{"/1000", {"[ppth]"}},
};

// Below this a time is relative to now (RFC 8428 section 4.5.3).
constexpr double relative_below_s = 268'435'456;
// Beyond this, in the year 2255, nanoseconds do not fit.
constexpr double largest_time_s = 9e9;
constexpr double newest_version = 10;

// Thing, separator and property.
constexpr std::size_t longest_name_bytes = 2 * limits::ingest_name_bytes + 1;

// A double of the present is good to a quarter of a microsecond: times keep microseconds.
std::int64_t to_ns(double seconds) {
  return std::llround(seconds * 1e6) * 1000;
}

Error refusal(std::string message, SenmlField field, std::uint32_t number) {
  return {Code::invalid, std::move(message), format("/{}/{}", number, senml_label(field))};
}

// Where an object path of LwM2M begins that ends the name: "3311/0/5820", object, instance and
// resource, each a number. No property of ours has a name of digits.
std::size_t object_path(std::string_view name) {
  std::size_t begin = name.size();
  for (int part = 0; part < 3; ++part) {
    if (part > 0) {
      if (begin == 0 || name[begin - 1] != '/') return none;
      --begin;
    }
    const std::size_t end = begin;
    while (begin > 0 && name[begin - 1] >= '0' && name[begin - 1] <= '9') --begin;
    if (begin == end) return none;
  }
  if (begin > 0 && name[begin - 1] != '/' && name[begin - 1] != ':') return none;
  return begin;
}

// The part behind the last slash is a number: most names are not worth a second look.
bool ends_in_number(std::string_view name) {
  std::size_t begin = name.size();
  while (begin > 0 && name[begin - 1] >= '0' && name[begin - 1] <= '9') --begin;
  return begin < name.size() && (begin == 0 || name[begin - 1] == '/');
}

}  // namespace

std::string_view senml_label(SenmlField field) {
  for (const FieldRow& row : field_rows) {
    if (row.field == field) return row.label;
  }
  return {};
}

std::optional<SenmlField> find_senml_field(std::string_view label) {
  for (const FieldRow& row : field_rows) {
    if (row.label == label) return row.field;
  }
  return std::nullopt;
}

SenmlKind senml_kind(SenmlField field) {
  for (const FieldRow& row : field_rows) {
    if (row.field == field) return row.kind;
  }
  return SenmlKind::ignored;
}

void SenmlRecord::set_text(SenmlField field, std::string_view text) {
  if (field == SenmlField::base_name) base_name = text;
  if (field == SenmlField::base_unit) base_unit = text;
  if (field == SenmlField::name) name = text;
  if (field == SenmlField::unit) unit = text;
  present |= senml_bit(field);
}

void SenmlRecord::set_number(SenmlField field, double number) {
  switch (field) {
    case SenmlField::base_time:
      base_time = number;
      break;
    case SenmlField::base_value:
      base_value = number;
      break;
    case SenmlField::base_sum:
      base_sum = number;
      break;
    case SenmlField::base_version:
      base_version = number;
      break;
    case SenmlField::value:
    case SenmlField::truth_value:
      value = number;
      break;
    case SenmlField::sum:
      sum = number;
      break;
    case SenmlField::time:
      time = number;
      break;
    default:
      break;
  }
  present |= senml_bit(field);
}

SenmlUnit senml_unit_to_ucum(std::string_view name) {
  for (const UnitRow& row : unit_rows) {
    if (row.senml == name) return row.unit;
  }
  return {name, 1};
}

namespace detail {

bool SenmlPack::too_new(const SenmlRecord& record) {
  return record.has(SenmlField::base_version) && record.base_version > newest_version;
}

void SenmlPack::take_base(const SenmlRecord& record) {
  broken_ |= record.wrong & base_bits;
  broken_ &= ~(record.present & base_bits);
  if (record.has(SenmlField::base_name)) {
    base_name_ = record.base_name;
    base_slash_ = base_name_.rfind('/');
    base_colon_ = base_name_.rfind(':');
  }
  if (record.has(SenmlField::base_unit)) base_unit_ = record.base_unit;
  if (record.has(SenmlField::base_time)) base_time_ = record.base_time;
  if (record.has(SenmlField::base_value)) {
    base_value_ = record.base_value;
    has_base_value_ = true;
  }
  if (record.has(SenmlField::base_sum)) {
    base_sum_ = record.base_sum;
    has_base_sum_ = true;
  }
  if (not_understood_.empty() && record.must_understand.starts_with('b')) {
    not_understood_ = record.must_understand;
  }
}

// The name splits at its last slash, or else at its last colon: thing, property. It is put
// together only where a part spans the seam of base name and name, and only when it is short: many
// records may share a base name of many bytes.
std::optional<Error> SenmlPack::take_name(std::string_view name, std::uint32_t number,
                                          model::Reading& reading) {
  const std::size_t slash = name.rfind('/');
  std::size_t cut = none;  // in the whole name
  const std::size_t base = base_name_.size();
  if (ends_in_number(name.empty() ? base_name_ : name) && take_object_path(name, reading)) {
    return std::nullopt;
  }
  if (slash != none) {
    cut = base + slash;
  } else if (base_slash_ != none) {
    cut = base_slash_;
  } else if (const std::size_t colon = name.rfind(':'); colon != none) {
    cut = base + colon;
  } else {
    cut = base_colon_;
  }
  if (cut != none && cut + 1 == base) {
    reading.thing = base_name_.substr(0, cut);
    reading.property = name;
    return std::nullopt;
  }
  std::string_view whole = base == 0 ? name : base_name_;
  if (base != 0 && !name.empty()) {
    if (base + name.size() > longest_name_bytes) {
      return Error{Code::too_large,
                   format("base name and name have {} bytes together; at most {} are read",
                          base + name.size(), longest_name_bytes),
                   format("/{}/n", number)};
    }
    whole = out_.keep(base_name_, name);
  }
  if (cut == none) {
    // Without a separator it names what the address leaves open.
    (context_.thing.empty() ? reading.thing : reading.property) = whole;
    return std::nullopt;
  }
  reading.thing = whole.substr(0, cut);
  reading.property = whole.substr(cut + 1);
  return std::nullopt;
}

bool SenmlPack::take_object_path(std::string_view name, model::Reading& reading) {
  if (base_name_.size() + name.size() > longest_name_bytes) return false;
  std::string_view whole = base_name_.empty() ? name : base_name_;
  std::string together;
  if (!base_name_.empty() && !name.empty()) {
    together = std::string(base_name_) + std::string(name);
    whole = together;
  }
  const std::size_t begin = object_path(whole);
  if (begin == none) return false;
  if (!together.empty()) whole = out_.keep(base_name_, name);
  reading.thing = begin == 0 ? std::string_view() : whole.substr(0, begin - 1);
  reading.property = whole.substr(begin);
  return true;
}

bool SenmlPack::take_time(double time_s, Instant& out) const {
  const double sum_s = base_time_ + time_s;
  if (!(std::fabs(sum_s) < largest_time_s && std::fabs(base_time_) < largest_time_s)) return false;
  const std::int64_t ns = to_ns(base_time_) + to_ns(time_s);
  out = sum_s < relative_below_s ? context_.now + ns : Instant{ns};
  return true;
}

void SenmlPack::take_unit(std::string_view name, model::Reading& reading) {
  if (name != unit_name_) {
    unit_name_ = name;
    unit_ = senml_unit_to_ucum(name);
  }
  reading.unit = unit_.ucum;
  reading.value *= unit_.factor;
}

// The value and its unit. A sum has the dimension of its unit times seconds, so that it is a
// reading of another property (energy for power): it counts where a record has no value.
std::optional<Error> SenmlPack::take_value(const SenmlRecord& record, std::uint32_t number,
                                           model::Reading& reading) {
  const std::string_view unit = record.has(SenmlField::unit) ? record.unit : base_unit_;
  // Before it is compared or kept: many records may share a base unit of many bytes.
  if (unit.size() > limits::ingest_name_bytes) {
    return Error{Code::too_large,
                 format("the unit is longer than {} bytes", limits::ingest_name_bytes),
                 format("/{}/u", number)};
  }
  if (record.has(SenmlField::truth_value)) {
    reading.value = record.value;
  } else if (record.has(SenmlField::value) || !(record.has(SenmlField::sum) || has_base_sum_)) {
    reading.value = base_value_ + record.value;
  } else {
    if (unit.empty()) {
      return refusal("a sum needs the unit of what is summed up", SenmlField::sum, number);
    }
    reading.value = base_sum_ + record.sum;
    take_unit(unit, reading);
    reading.unit = out_.keep(format("({}).s", reading.unit));
    return std::nullopt;
  }
  if (!unit.empty()) take_unit(unit, reading);
  return std::nullopt;
}

// The reason why a record has no value of its own kind, or several.
std::optional<Error> SenmlPack::check_fields(const SenmlRecord& record,
                                             std::uint32_t number) const {
  const auto place = [&](std::string_view label) { return format("/{}/{}", number, label); };
  if (!not_understood_.empty()) {
    return Error{Code::unsupported,
                 format("the base field '{}' must be understood, and is not known here; no record "
                        "from there on is taken",
                        shown_name(not_understood_)),
                 place(shown_name(not_understood_))};
  }
  if (!record.must_understand.empty()) {
    return Error{Code::unsupported,
                 format("the field '{}' must be understood, and is not known here",
                        shown_name(record.must_understand)),
                 place(shown_name(record.must_understand))};
  }
  for (const FieldRow& row : field_rows) {
    if (((record.wrong | broken_) & senml_bit(row.field)) == 0) continue;
    const std::string_view kind = row.kind == SenmlKind::text     ? "a text"
                                  : row.kind == SenmlKind::number ? "a finite number"
                                                                  : "true or false";
    const bool earlier = (record.wrong & senml_bit(row.field)) == 0;
    return refusal(
        format("'{}'{} is not {}", row.label, earlier ? " of an earlier record" : "", kind),
        row.field, number);
  }
  const int values = record.has(SenmlField::value) + record.has(SenmlField::truth_value) +
                     record.has(SenmlField::text_value) + record.has(SenmlField::data_value);
  if (values > 1) {
    return Error{Code::invalid, "the record has more than one of v, vb, vs and vd",
                 format("/{}", number)};
  }
  for (const SenmlField field : {SenmlField::text_value, SenmlField::data_value}) {
    if (record.has(field)) {
      return refusal(
          format("'{}' is {}; only numbers and truth values are kept", senml_label(field),
                 field == SenmlField::text_value ? "a text" : "binary data"),
          field, number);
    }
  }
  if (values == 0 && !record.has(SenmlField::sum) && !has_base_value_ && !has_base_sum_) {
    return Error{Code::invalid, "the record has no value", format("/{}", number)};
  }
  return std::nullopt;
}

std::optional<Error> SenmlPack::take(const SenmlRecord& record, std::uint32_t number) {
  const bool base =
      ((record.present | record.wrong) & base_bits) != 0 || !record.must_understand.empty();
  if (base) take_base(record);
  const bool doubtful =
      (record.wrong | broken_) != 0 || !record.must_understand.empty() || !not_understood_.empty();
  // A record of base fields alone sets them and says nothing else.
  if (!doubtful && (record.present & data_bits) == 0) return std::nullopt;
  if (doubtful || (record.present & value_bits) != senml_bit(SenmlField::value)) {
    if (auto error = check_fields(record, number)) return error;
  }
  model::Reading reading;
  reading.record = number;
  if (auto error = take_value(record, number, reading)) return error;
  if (!std::isfinite(reading.value)) {
    return refusal("the value is too large", SenmlField::value, number);
  }
  if (!take_time(record.time, reading.time)) {
    return refusal("the time is out of range; it is to be in seconds", SenmlField::time, number);
  }
  if (auto error = take_name(record.name, number, reading)) return error;
  if (auto error = complete(context_, reading, number)) return error;
  out_.add(reading);
  return std::nullopt;
}

}  // namespace detail
}  // namespace cairn::codec
