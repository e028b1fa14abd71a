// SPDX-License-Identifier: Apache-2.0
#include "codec/senml_json.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "codec/detail/batch_writer.hpp"
#include "codec/detail/json_buffers.hpp"
#include "codec/senml.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace cairn::codec::detail {
namespace {

namespace od = simdjson::ondemand;

class Reader {
 public:
  Reader(JsonBuffers& buffers, std::string_view bytes, const DecodeContext& context,
         model::ReadingBatch& out)
      : buffers_(buffers), bytes_(bytes), out_(out), pack_(context, out_) {}

  Status read();

 private:
  // Reads one element of the array; an error spoils the whole message.
  Status read_record(od::value value, std::uint32_t number);
  simdjson::error_code read_fields(od::object& object, SenmlRecord& record);
  simdjson::error_code read_field(od::field& field, SenmlRecord& record);
  void read_content(SenmlField field, od::value value, SenmlRecord& record);
  bool read_text(od::value value, std::string_view& text);

  std::size_t offset(const char* at) const { return static_cast<std::size_t>(at - padded_); }
  // The same place in the message, which outlives the copy.
  std::string_view in_message(const char* at, std::size_t size) const {
    return bytes_.substr(offset(at), size);
  }
  tl::unexpected<Error> broken(simdjson::error_code code, std::size_t at) {
    Error error = json_error(code);
    error.place = format("byte {}", std::min(at, bytes_.size()));
    return out_.abandon(std::move(error));
  }

  JsonBuffers& buffers_;
  std::string_view bytes_;
  BatchWriter out_;
  SenmlPack pack_;
  const char* padded_ = nullptr;
  std::size_t begin_ = 0;  // of the record
};

// The fields by their first letters; keys are short and seldom escaped.
std::optional<SenmlField> field_of(const char* key, std::size_t size) {
  if (size == 1) {
    switch (key[0]) {
      case 'n':
        return SenmlField::name;
      case 'v':
        return SenmlField::value;
      case 't':
        return SenmlField::time;
      case 'u':
        return SenmlField::unit;
      default:
        break;
    }
  }
  return find_senml_field({key, size});
}

bool Reader::read_text(od::value value, std::string_view& text) {
  const std::string_view token = value.raw_json_token();
  const std::size_t close = token.rfind('"');
  if (token.empty() || token[0] != '"' || close == 0) return false;
  if (token.find('\\') == std::string_view::npos) {
    od::raw_json_string raw;
    if (value.get_raw_json_string().get(raw) != simdjson::SUCCESS) return false;
    text = in_message(token.data() + 1, close - 1);
    return true;
  }
  std::string_view unescaped;
  if (value.get_string().get(unescaped) != simdjson::SUCCESS) return false;
  text = out_.keep(unescaped);
  return true;
}

// What is not of the field's kind marks the record; the parser steps over it by itself.
void Reader::read_content(SenmlField field, od::value value, SenmlRecord& record) {
  switch (senml_kind(field)) {
    case SenmlKind::text: {
      std::string_view text;
      if (read_text(value, text)) return record.set_text(field, text);
      break;
    }
    case SenmlKind::number: {
      double number = 0;
      if (value.get_double().get(number) == simdjson::SUCCESS) {
        return record.set_number(field, number);
      }
      break;
    }
    case SenmlKind::truth: {
      bool truth = false;
      if (value.get_bool().get(truth) == simdjson::SUCCESS) {
        return record.set_number(field, truth ? 1 : 0);
      }
      break;
    }
    case SenmlKind::ignored:
      record.present |= senml_bit(field);
      return;
  }
  record.wrong |= senml_bit(field);
}

simdjson::error_code Reader::read_field(od::field& field, SenmlRecord& record) {
  const char* key = field.key().raw();
  std::size_t size = 0;
  while (key[size] != '"' && key[size] != '\\') ++size;
  std::string_view label(key, size);
  if (key[size] == '\\') {
    if (const auto error = field.unescaped_key().get(label)) return error;
    label = out_.keep(label);
  } else if (!label.empty() && label.back() == '_') {
    label = in_message(key, size);
  }
  if (const auto known = field_of(label.data(), label.size())) {
    read_content(*known, field.value(), record);
  } else if (label.ends_with('_')) {
    record.must_understand = label;
  }
  return simdjson::SUCCESS;
}

simdjson::error_code Reader::read_fields(od::object& object, SenmlRecord& record) {
  for (auto next : object) {
    od::field field;
    if (const auto error = std::move(next).get(field)) return error;
    if (const auto error = read_field(field, record)) return error;
  }
  return simdjson::SUCCESS;
}

Status Reader::read_record(od::value value, std::uint32_t number) {
  od::object object;
  const auto error = value.get_object().get(object);
  if (error == simdjson::INCORRECT_TYPE) {
    out_.refuse(number, {Code::invalid, "a record is an object", format("/{}", number)},
                json_slice(bytes_, begin_));
    return {};
  }
  if (error) return broken(error, begin_);
  SenmlRecord record;
  if (const auto wrong = read_fields(object, record)) return broken(wrong, begin_);
  if (SenmlPack::too_new(record)) {
    return out_.abandon({Code::unsupported,
                         format("SenML version {} is not known; up to 10 is", record.base_version),
                         format("/{}/bver", number)});
  }
  if (auto reason = pack_.take(record, number)) {
    out_.refuse(number, std::move(*reason), json_slice(bytes_, begin_));
  }
  return {};
}

Status Reader::read() {
  padded_ = buffers_.pad(bytes_);
  od::document document;
  auto error =
      buffers_.on_demand.iterate(padded_, bytes_.size(), buffers_.capacity()).get(document);
  if (error) return broken(error, 0);
  od::array records;
  error = document.get_array().get(records);
  if (error == simdjson::INCORRECT_TYPE) {
    return out_.abandon({Code::invalid, "a SenML pack is a JSON array of records", "byte 0"});
  }
  if (error) return broken(error, 0);
  std::uint32_t number = 0;
  for (auto next : records) {
    od::value value;
    error = std::move(next).get(value);
    if (error) return broken(error, begin_);
    begin_ = offset(value.raw_json_token().data());
    if (out_.full() || number >= limits::ingest_readings) return out_.too_many();
    if (auto read = read_record(value, number); !read) return read;
    ++number;
  }
  if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) {
    return broken(simdjson::TRAILING_CONTENT, begin_);
  }
  return {};
}

}  // namespace

Error json_error(simdjson::error_code code) {
  std::string_view what = "is broken";
  switch (code) {
    case simdjson::EMPTY:
      return {Code::invalid, "the message is empty", {}};
    case simdjson::UTF8_ERROR:
      what = "is not UTF-8";
      break;
    case simdjson::UNCLOSED_STRING:
      what = "has a text without its closing quote";
      break;
    case simdjson::UNESCAPED_CHARS:
      what = "has a control character in a text";
      break;
    case simdjson::INCOMPLETE_ARRAY_OR_OBJECT:
      what = "ends too early: a bracket is open";
      break;
    case simdjson::DEPTH_ERROR:
      return {Code::too_large, "the JSON is nested too deeply", {}};
    case simdjson::TRAILING_CONTENT:
      what = "goes on behind its end";
      break;
    case simdjson::TAPE_ERROR:
      what = "has a comma, colon or bracket in the wrong place";
      break;
    case simdjson::NUMBER_ERROR:
    case simdjson::NUMBER_OUT_OF_RANGE:
      what = "has a number that cannot be read";
      break;
    case simdjson::STRING_ERROR:
      what = "has a text with a wrong escape";
      break;
    default:
      break;
  }
  return {Code::invalid, format("the JSON {}", what), {}};
}

std::string_view json_slice(std::string_view bytes, std::size_t begin) {
  const std::string_view rest = bytes.substr(std::min(begin, bytes.size()));
  const std::size_t most = std::min(rest.size(), limits::refused_text_bytes + 4);
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < most; ++i) {
    const char c = rest[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
      continue;
    }
    if (c == '"') quoted = true;
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') {
      if (--depth < 0) return trim(rest.substr(0, i));
      if (depth == 0) return rest.substr(0, i + 1);
    }
    if (c == ',' && depth == 0) return trim(rest.substr(0, i));
  }
  return rest.substr(0, most);
}

Status decode_senml_json(JsonBuffers& buffers, std::string_view bytes, const DecodeContext& context,
                         model::ReadingBatch& out) {
  return Reader(buffers, bytes, context, out).read();
}

}  // namespace cairn::codec::detail
