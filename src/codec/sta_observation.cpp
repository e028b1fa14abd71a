// SPDX-License-Identifier: Apache-2.0
#include "codec/sta_observation.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "codec/detail/batch_writer.hpp"
#include "codec/detail/json_element.hpp"
#include "core/text.hpp"

namespace cairn::codec::detail {
namespace {

namespace dom = simdjson::dom;
constexpr std::size_t no_column = SIZE_MAX;

// Where the parts of a data array's rows stand.
struct Columns {
  std::size_t time = no_column;
  std::size_t result_time = no_column;
  std::size_t result = no_column;
  std::size_t count = 0;
};

using Part = std::optional<dom::element>;  // none: missing or null

Part present(const dom::element& element) {
  return element.is_null() ? Part() : Part(element);
}

Part member(const dom::object& object, std::string_view key) {
  dom::element out;
  return object[key].get(out) == simdjson::SUCCESS ? present(out) : Part();
}

class Reader {
 public:
  Reader(const DecodeContext& context, model::ReadingBatch& out) : context_(context), out_(out) {}

  Status read(const dom::element& root);

 private:
  // Adds or refuses; false when the batch is full.
  bool take_observation(const dom::element& element, const std::string& place);
  bool take_group(const dom::object& group, const std::string& place);
  bool take_row(const dom::element& row, const Columns& columns, const model::Reading& series,
                const std::optional<Error>& spoiled, const std::string& place);
  Result<Columns> read_columns(const dom::object& group) const;
  std::optional<Error> take_series(const dom::object& object, model::Reading& reading);
  std::optional<Error> take_id(const dom::element& id, model::Reading& reading);
  std::optional<Error> take_parts(const Part& time, const Part& result_time, const Part& result,
                                  model::Reading& reading);
  Result<Instant> read_time(const dom::element& element) const;
  bool refuse(Error error, const std::string& place, const dom::element& element);

  const DecodeContext& context_;
  BatchWriter out_;
  std::uint32_t record_ = 0;
};

// An instant, or the end of an interval.
Result<Instant> Reader::read_time(const dom::element& element) const {
  std::string_view text;
  if (element.get_string().get(text) != simdjson::SUCCESS) {
    return fail(Code::invalid, format("a time is a text, not {}", kind_name(element)));
  }
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return parse_instant(text, context_.zone);
  const auto begin = parse_instant(text.substr(0, slash), context_.zone);
  if (!begin) return begin;
  const auto end = parse_instant(text.substr(slash + 1), context_.zone);
  if (end && *end < *begin) {
    return fail(Code::invalid, format("the interval '{}' ends before it begins", shown_name(text)));
  }
  return end;
}

// Without a phenomenon time the result time counts, and without both now.
std::optional<Error> Reader::take_parts(const Part& time, const Part& result_time,
                                        const Part& result, model::Reading& reading) {
  reading.time = context_.now;
  if (const Part& used = time ? time : result_time) {
    const auto read = read_time(*used);
    if (!read) {
      Error error = read.error();
      error.place = time ? "/phenomenonTime" : "/resultTime";
      return error;
    }
    reading.time = *read;
  }
  if (!result || !read_result(*result, reading.value)) {
    return Error{Code::invalid,
                 format("the result is {}; only numbers and truth values are kept",
                        result ? kind_name(*result) : "missing"),
                 "/result"};
  }
  return std::nullopt;
}

std::optional<Error> Reader::take_id(const dom::element& id, model::Reading& reading) {
  std::string_view text;
  std::int64_t number = 0;
  if (id.get_string().get(text) == simdjson::SUCCESS) {
    const SeriesName name = split_datastream_id(text);
    if (name.thing.empty() || name.property.empty()) {
      return Error{Code::invalid,
                   format("'{}' is no id of a datastream; it is thing:property", shown_name(text)),
                   "/Datastream/@iot.id"};
    }
    reading.thing = out_.keep(name.thing);
    reading.property = out_.keep(name.property);
    return std::nullopt;
  }
  if (id.get_int64().get(number) != simdjson::SUCCESS) {
    return Error{Code::invalid, "the id of a datastream is a text or a whole number",
                 "/Datastream/@iot.id"};
  }
  std::string thing;
  std::string property;
  if (context_.datastreams == nullptr || !context_.datastreams->find(number, thing, property)) {
    return Error{Code::not_found,
                 format("no datastream has the number {}; its text, thing:property, is understood "
                        "before its first observation",
                        number),
                 "/Datastream/@iot.id"};
  }
  reading.thing = out_.keep(thing);
  reading.property = out_.keep(property);
  return std::nullopt;
}

std::optional<Error> Reader::take_series(const dom::object& object, model::Reading& reading) {
  if (object["MultiDatastream"].error() == simdjson::SUCCESS) {
    return Error{Code::unsupported, "multi-datastreams are not offered; send one observation each",
                 "/MultiDatastream"};
  }
  dom::element datastream;
  if (object["Datastream"].get(datastream) == simdjson::SUCCESS) {
    dom::element id;
    if (datastream["@iot.id"].get(id) != simdjson::SUCCESS) {
      return Error{Code::unsupported,
                   "a datastream is named by its @iot.id; none is created with an observation",
                   "/Datastream"};
    }
    if (auto error = take_id(id, reading)) return error;
  }
  return complete(context_, reading, record_);
}

bool Reader::refuse(Error error, const std::string& place, const dom::element& element) {
  if (!error.place.starts_with('/')) error.place.clear();
  error.place = place + error.place;
  out_.refuse(record_++, std::move(error), json_text(element));
  return true;
}

bool Reader::take_observation(const dom::element& element, const std::string& place) {
  if (out_.full()) return false;
  dom::object object;
  if (element.get_object().get(object) != simdjson::SUCCESS) {
    return refuse({Code::invalid, "an observation is an object", {}}, place, element);
  }
  model::Reading reading;
  reading.record = record_;
  auto error = take_series(object, reading);
  if (!error) {
    error = take_parts(member(object, "phenomenonTime"), member(object, "resultTime"),
                       member(object, "result"), reading);
  }
  if (error) return refuse(std::move(*error), place, element);
  out_.add(reading);
  ++record_;
  return true;
}

bool Reader::take_row(const dom::element& row, const Columns& columns, const model::Reading& series,
                      const std::optional<Error>& spoiled, const std::string& place) {
  if (out_.full()) return false;
  if (spoiled) return refuse(*spoiled, place, row);
  dom::array cells;
  if (row.get_array().get(cells) != simdjson::SUCCESS || cells.size() != columns.count) {
    return refuse({Code::invalid,
                   format("a row has {} cells, as many as there are components", columns.count),
                   {}},
                  place, row);
  }
  Part time, result_time, result;
  std::size_t column = 0;
  for (const dom::element cell : cells) {
    if (column == columns.time) time = present(cell);
    if (column == columns.result_time) result_time = present(cell);
    if (column == columns.result) result = present(cell);
    ++column;
  }
  model::Reading reading = series;
  reading.record = record_;
  if (auto error = take_parts(time, result_time, result, reading)) {
    return refuse(std::move(*error), place, row);
  }
  out_.add(reading);
  ++record_;
  return true;
}

Result<Columns> Reader::read_columns(const dom::object& group) const {
  dom::array names;
  if (group["components"].get_array().get(names) != simdjson::SUCCESS) {
    return fail(Code::invalid, "a data array needs its list of components", "/components");
  }
  Columns out;
  for (const dom::element element : names) {
    std::string_view name;
    if (element.get_string().get(name) != simdjson::SUCCESS) {
      return fail(Code::invalid, "a component is a text", format("/components/{}", out.count));
    }
    if (name == "phenomenonTime") out.time = out.count;
    if (name == "resultTime") out.result_time = out.count;
    if (name == "result") out.result = out.count;
    ++out.count;
  }
  if (out.result == no_column) {
    return fail(Code::invalid, "no component is 'result'", "/components");
  }
  return out;
}

// What is wrong with the group spoils each of its rows, so that every observation has its answer.
bool Reader::take_group(const dom::object& group, const std::string& place) {
  model::Reading series;
  std::optional<Error> spoiled = take_series(group, series);
  Columns columns;
  if (const auto read = read_columns(group); read) {
    columns = *read;
  } else if (!spoiled) {
    spoiled = read.error();
  }
  dom::element data;
  dom::array rows;
  if (group["dataArray"].get(data) != simdjson::SUCCESS ||
      data.get_array().get(rows) != simdjson::SUCCESS) {
    if (out_.full()) return false;
    return refuse({Code::invalid, "a dataArray is a list of rows", {}}, place + "/dataArray", data);
  }
  std::size_t number = 0;
  for (const dom::element row : rows) {
    if (!take_row(row, columns, series, spoiled, place + format("/dataArray/{}", number))) {
      return false;
    }
    ++number;
  }
  return true;
}

Status Reader::read(const dom::element& root) {
  dom::array list;
  if (root.get_array().get(list) != simdjson::SUCCESS) {
    if (!root.is_object()) {
      return fail(Code::invalid, "an observation is an object; several are a list", "byte 0");
    }
    take_observation(root, {});
    return {};
  }
  std::size_t number = 0;
  for (const dom::element element : list) {
    const std::string place = format("/{}", number++);
    dom::object group;
    const bool rows = element.get_object().get(group) == simdjson::SUCCESS &&
                      group["dataArray"].error() == simdjson::SUCCESS;
    if (!(rows ? take_group(group, place) : take_observation(element, place))) {
      return out_.too_many();
    }
  }
  return {};
}

}  // namespace

Status decode_sta(JsonBuffers& buffers, std::string_view bytes, const DecodeContext& context,
                  model::ReadingBatch& out) {
  const auto root = parse_document(buffers, bytes);
  if (!root) return fail(root.error());
  return Reader(context, out).read(*root);
}

}  // namespace cairn::codec::detail
