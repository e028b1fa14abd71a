// SPDX-License-Identifier: Apache-2.0
#include "stream/parcel.hpp"

#include <utility>

#include "core/text.hpp"
#include "stream/detail/bytes.hpp"

namespace cairn::stream {
namespace {

constexpr std::string_view magic = "CRNPARC1";

tl::unexpected<Error> broken(std::size_t record, std::string_view what) {
  return fail(Code::invalid, std::string(what), format("record {} of the parcel", record + 1));
}

Status check_messages(const ParcelRecord& record, std::size_t index) {
  MessageReader reader(record.payload);
  while (reader.next()) {
    if (reader.message().source >= record.sources.size()) {
      return broken(index, "a message is of a sender without a name");
    }
    for (const Observed& reading : reader.readings()) {
      if (reading.series >= record.series.size()) {
        return broken(index, "a reading is of a series without a name");
      }
    }
  }
  if (!reader.ok()) return broken(index, "the readings are no list of messages");
  return {};
}

}  // namespace

void begin_parcel(std::string& out) {
  out.assign(magic);
}

void write(const ParcelRecord& record, std::string& out) {
  put_varint(out, record.position);
  put_varint(out, record.first);
  put_fixed(out, record.arrival.ns);
  put_varint(out, static_cast<std::uint64_t>(record.kind));
  put_varint(out, record.series.size());
  for (const SeriesName& name : record.series) {
    put_text(out, name.thing);
    put_text(out, name.property);
  }
  put_varint(out, record.sources.size());
  for (const std::string& name : record.sources) put_text(out, name);
  put_text(out, record.payload);
}

Result<std::vector<ParcelRecord>> read_parcel(std::string_view bytes) {
  if (!bytes.starts_with(magic)) {
    return fail(Code::unsupported, "this is no parcel of readings, or one of another version");
  }
  ByteReader in(bytes.substr(magic.size()));
  std::vector<ParcelRecord> out;
  while (in.left() > 0) {
    ParcelRecord& record = out.emplace_back();
    const std::size_t index = out.size() - 1;
    record.position = in.varint();
    record.first = in.number();
    record.arrival.ns = in.fixed<std::int64_t>();
    record.kind = static_cast<RecordKind>(in.varint() & 0xFF);
    record.series.resize(in.count(2));
    for (std::uint32_t i = 0; i < record.series.size(); ++i) {
      record.series[i].series = i;
      record.series[i].thing = in.text();
      record.series[i].property = in.text();
    }
    record.sources.resize(in.count(1));
    for (std::string& name : record.sources) name = in.text();
    record.payload = in.text();
    if (!in.ok()) return broken(index, "it ends in the middle");
    const auto place = [](const ParcelRecord& r) { return std::pair(r.position, r.first); };
    if (index > 0 && place(record) <= place(out[index - 1])) {
      return broken(index, "its position does not rise");
    }
    if (record.kind == RecordKind::shelve) {
      if (auto shelve = read_shelve(record.payload); !shelve) return fail(shelve.error());
    } else if (record.kind != RecordKind::observations) {
      return broken(index, "it is of no kind that travels");
    } else if (auto done = check_messages(record, index); !done) {
      return fail(done.error());
    }
  }
  return out;
}

}  // namespace cairn::stream
