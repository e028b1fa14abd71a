// SPDX-License-Identifier: Apache-2.0
// What SenML (RFC 8428) means, apart from how it is written: base fields, names, times, units.
// The JSON and the CBOR reader fill records, a pack resolves them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "codec/decode.hpp"
#include "core/result.hpp"

namespace cairn::codec {

// The fields of a record by their CBOR labels; extensions have text labels only.
enum class SenmlField : std::int8_t {
  base_version = -1,
  base_name = -2,
  base_time = -3,
  base_unit = -4,
  base_value = -5,
  base_sum = -6,
  name = 0,
  unit = 1,
  value = 2,
  text_value = 3,
  truth_value = 4,
  sum = 5,
  time = 6,
  update_time = 7,
  data_value = 8,
  link = 9,
};
constexpr std::uint32_t senml_bit(SenmlField field) {
  return std::uint32_t{1} << (static_cast<int>(field) + 6);
}
std::string_view senml_label(SenmlField field);  // "bn"
std::optional<SenmlField> find_senml_field(std::string_view label);
enum class SenmlKind : std::uint8_t { text, number, truth, ignored };
SenmlKind senml_kind(SenmlField field);

// One record as written.
struct SenmlRecord {
  std::uint32_t present = 0;  // senml_bit of each field
  std::uint32_t wrong = 0;    // those whose content is of another kind than the RFC has
  std::string_view base_name, base_unit, name, unit;
  double base_time = 0, base_value = 0, base_sum = 0, base_version = 0;
  double value = 0, sum = 0, time = 0;
  std::string_view must_understand;  // a label that ends in "_"; we know none

  bool has(SenmlField field) const { return (present & senml_bit(field)) != 0; }
  void set_text(SenmlField field, std::string_view text);
  void set_number(SenmlField field, double number);
};

// The unit of a SenML name: what core/unit reads, and the factor that values take (10 for bels).
// Names that core/unit reads itself, and names that it does not know, come back as they are.
struct SenmlUnit {
  std::string_view ucum;
  double factor = 1;
};
SenmlUnit senml_unit_to_ucum(std::string_view name);

namespace detail {

class BatchWriter;

// The base fields as they stand, and the rules of resolution (RFC 8428 section 4).
class SenmlPack {
 public:
  SenmlPack(const DecodeContext& context, BatchWriter& out) : context_(context), out_(out) {}

  // Adds the reading of a record, if it has one. An error is the reason why it has none.
  std::optional<Error> take(const SenmlRecord& record, std::uint32_t number);
  // The whole pack is for a later version of the format.
  static bool too_new(const SenmlRecord& record);

 private:
  void take_base(const SenmlRecord& record);
  std::optional<Error> check_fields(const SenmlRecord& record, std::uint32_t number) const;
  std::optional<Error> take_value(const SenmlRecord& record, std::uint32_t number,
                                  model::Reading& reading);
  bool take_time(double time_s, Instant& out) const;
  // A name that ends in an object path of LwM2M; false: it does not.
  bool take_object_path(std::string_view name, model::Reading& reading);
  std::optional<Error> take_name(std::string_view name, std::uint32_t number,
                                 model::Reading& reading);
  void take_unit(std::string_view name, model::Reading& reading);

  const DecodeContext& context_;
  BatchWriter& out_;
  std::string_view base_name_, base_unit_;
  std::size_t base_slash_ = std::string_view::npos;  // last one in the base name
  std::size_t base_colon_ = std::string_view::npos;
  double base_time_ = 0, base_value_ = 0, base_sum_ = 0;
  bool has_base_value_ = false, has_base_sum_ = false;
  std::uint32_t broken_ = 0;         // base fields that could not be read
  std::string_view not_understood_;  // a base label that ends in "_"
  std::string_view unit_name_;       // the last unit and what it means
  SenmlUnit unit_;
};

}  // namespace detail
}  // namespace cairn::codec
