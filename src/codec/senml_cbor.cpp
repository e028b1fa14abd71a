// SPDX-License-Identifier: Apache-2.0
#include "codec/senml_cbor.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

#include "codec/cbor.hpp"
#include "codec/detail/batch_writer.hpp"
#include "codec/senml.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace cairn::codec::detail {
namespace {

class Reader {
 public:
  Reader(std::string_view bytes, const DecodeContext& context, model::ReadingBatch& out)
      : bytes_(bytes), cbor_(bytes), out_(out), pack_(context, out_) {}

  Status read();

 private:
  Status read_record(std::uint32_t number);
  void read_field(SenmlRecord& record);
  void read_content(SenmlField field, SenmlRecord& record);

  std::string_view bytes_;
  CborReader cbor_;
  BatchWriter out_;
  SenmlPack pack_;
  std::string scratch_;
};

// What is not of the field's kind marks the record and is stepped over.
void Reader::read_content(SenmlField field, SenmlRecord& record) {
  switch (senml_kind(field)) {
    case SenmlKind::text:
      if (const auto text = cbor_.text(scratch_)) {
        const bool pieces = text->data() == scratch_.data();
        return record.set_text(field, pieces ? out_.keep(*text) : *text);
      }
      break;
    case SenmlKind::number: {
      const auto number = cbor_.number();
      if (number && std::isfinite(*number)) return record.set_number(field, *number);
      record.wrong |= senml_bit(field);
      if (!number) cbor_.skip();
      return;
    }
    case SenmlKind::truth:
      if (const auto truth = cbor_.truth()) return record.set_number(field, *truth ? 1 : 0);
      break;
    case SenmlKind::ignored:
      record.present |= senml_bit(field);
      cbor_.skip();
      return;
  }
  record.wrong |= senml_bit(field);
  cbor_.skip();
}

void Reader::read_field(SenmlRecord& record) {
  std::optional<SenmlField> field;
  if (const auto label = cbor_.integer()) {
    const bool known = *label >= static_cast<int>(SenmlField::base_sum) &&
                       *label <= static_cast<int>(SenmlField::link);
    if (known) field = static_cast<SenmlField>(*label);
  } else if (const auto name = cbor_.text(scratch_)) {
    field = find_senml_field(*name);
    if (!field && name->ends_with('_')) record.must_understand = out_.keep(*name);
  } else {
    cbor_.skip();
  }
  if (field) {
    read_content(*field, record);
  } else {
    cbor_.skip();
  }
}

Status Reader::read_record(std::uint32_t number) {
  const std::size_t begin = cbor_.offset();
  cbor_.skip_tags();
  auto map = cbor_.begin_map();
  if (!map) {
    if (!cbor_.skip()) return {};
    out_.refuse(number, {Code::invalid, "a record is a map", format("/{}", number)},
                shown_bytes(bytes_.substr(begin, cbor_.offset() - begin)));
    return {};
  }
  SenmlRecord record;
  while (cbor_.has_next(*map)) read_field(record);
  if (cbor_.failed()) return {};
  if (SenmlPack::too_new(record)) {
    return out_.abandon({Code::unsupported,
                         format("SenML version {} is not known; up to 10 is", record.base_version),
                         format("/{}/bver", number)});
  }
  if (auto reason = pack_.take(record, number)) {
    out_.refuse(number, std::move(*reason),
                shown_bytes(bytes_.substr(begin, cbor_.offset() - begin)));
  }
  return {};
}

Status Reader::read() {
  cbor_.skip_tags();
  auto records = cbor_.begin_array();
  if (!records) {
    return out_.abandon(bytes_.empty()
                            ? Error{Code::invalid, "the message is empty", {}}
                            : Error{Code::invalid, "a SenML pack is a CBOR array of records",
                                    format("byte {}", cbor_.offset())});
  }
  std::uint32_t number = 0;
  while (cbor_.has_next(*records)) {
    if (out_.full() || number >= limits::ingest_readings) return out_.too_many();
    if (auto read = read_record(number); !read) return read;
    ++number;
  }
  if (cbor_.failed()) return out_.abandon(cbor_.error());
  if (!cbor_.at_end()) {
    return out_.abandon(
        {Code::invalid, "the CBOR goes on behind its end", format("byte {}", cbor_.offset())});
  }
  return {};
}

}  // namespace

Status decode_senml_cbor(std::string_view bytes, const DecodeContext& context,
                         model::ReadingBatch& out) {
  return Reader(bytes, context, out).read();
}

}  // namespace cairn::codec::detail
