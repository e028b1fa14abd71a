// SPDX-License-Identifier: Apache-2.0
#include "share/import.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "core/encoding.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "share/detail/report.hpp"
#include "share/detail/row_reader.hpp"
#include "share/detail/table.hpp"

namespace cairn::share {
namespace {

constexpr const char* kind_names[] = {"things", "statistics", "observations"};
constexpr const char* format_names[] = {"auto", "csv", "geojson"};

template <class T, std::size_t count>
std::optional<T> parse_name(std::string_view text, const char* const (&names)[count]) {
  for (std::size_t i = 0; i < count; ++i) {
    if (text == names[i]) return static_cast<T>(i);
  }
  return std::nullopt;
}

// What a request says beside the file, as text; empty when it says nothing.
std::string options_text(const ImportRequest& request) {
  std::string out;
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) out += format("{}={}\n", name, value);
  };
  if (request.kind != ImportKind::things) add("kind", to_string(request.kind));
  add("type", request.type);
  add("thing", request.thing);
  add("property", request.property);
  add("unit", request.unit);
  add("source", request.source);
  if (request.zone) add("zone", std::to_string(request.zone->offset_s));
  if (!request.replace_estimated) add("replace", "none");
  for (const auto& [from, to] : request.columns) add(from, to);
  return out;
}

Result<std::string> digest_of(const ImportRequest& request) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  const std::string options = options_text(request);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  bool good = context != nullptr && EVP_DigestInit_ex(context, EVP_sha256(), nullptr) == 1 &&
              EVP_DigestUpdate(context, request.bytes.data(), request.bytes.size()) == 1;
  if (!options.empty()) {
    good = good && EVP_DigestUpdate(context, options.data(), options.size()) == 1;
  }
  good = good && EVP_DigestFinal_ex(context, digest.data(), &length) == 1;
  EVP_MD_CTX_free(context);
  if (!good) return fail(Code::internal, "this system cannot compute SHA-256");
  std::string hex;
  for (unsigned i = 0; i < length; ++i) hex += format("{:02x}", digest[i]);
  return hex;
}

Result<std::unique_ptr<detail::RowReader>> open_reader(const detail::ReaderInputs& inputs) {
  switch (inputs.request.kind) {
    case ImportKind::things:
      return detail::read_things(inputs);
    case ImportKind::statistics:
      return detail::read_statistics(inputs);
    case ImportKind::observations:
      return detail::read_observations(inputs);
  }
  return fail(Code::internal, "no such kind of import");
}

// Room for one record a line: a list that grows by doubling would need half as much again.
void reserve(std::string_view text, Preview& out) {
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  const std::size_t rows = std::min(lines, limits::import_records);
  if (out.kind == ImportKind::things) out.records.things.reserve(rows);
  if (out.kind == ImportKind::statistics) out.records.statistics.reserve(rows);
  if (out.kind == ImportKind::observations) out.records.observations.reserve(rows);
}

// Reads all rows; an error when there are none or too many.
Status read_rows(detail::Table& table, detail::RowReader& reader, detail::Report& report,
                 Preview& out) {
  detail::Row row;
  for (;;) {
    const auto more = table.next(row);
    if (!more) return fail(more.error());
    if (!*more) break;
    if (++out.rows > limits::import_records) {
      return fail(Code::too_large,
                  format("more than {} rows; divide the file", limits::import_records), out.name);
    }
    report.begin(row);
    if (row.mistake.empty()) {
      reader.read(row);
    } else {
      report.mistake("", [&] { return row.mistake; });
    }
    ++(report.good() ? out.accepted : out.rejected);
    if (reader.values() > limits::import_values) {
      return fail(Code::too_large,
                  format("more than {} values; divide the file", limits::import_values), out.name);
    }
  }
  if (out.rows == 0) {
    return fail(Code::invalid, "the file has a header but no row below it", out.name);
  }
  reader.finish();
  return {};
}

}  // namespace

namespace detail {

bool ReaderInputs::sampling() const {
  return preview.sample.size() < limits::import_sample;
}

}  // namespace detail

const char* to_string(ImportKind kind) {
  return kind_names[static_cast<std::size_t>(kind)];
}
const char* to_string(ImportFormat format) {
  return format_names[static_cast<std::size_t>(format)];
}
std::optional<ImportKind> parse_import_kind(std::string_view text) {
  return parse_name<ImportKind>(text, kind_names);
}
std::optional<ImportFormat> parse_import_format(std::string_view text) {
  return parse_name<ImportFormat>(text, format_names);
}

Result<Preview> prepare(const ImportRequest& request, const ImportContext& context) {
  if (request.bytes.size() > limits::import_bytes) {
    return fail(
        Code::too_large,
        format("{} bytes; one import has at most {}", request.bytes.size(), limits::import_bytes),
        request.name);
  }
  if (request.bytes.empty()) return fail(Code::invalid, "the file is empty", request.name);
  Preview out;
  out.kind = request.kind;
  out.name = request.name;
  auto digest = digest_of(request);
  if (!digest) return fail(digest.error());
  out.digest = std::move(*digest);
  const auto decoded = decode_text(request.bytes);
  if (!decoded) {
    Error error = decoded.error();
    error.place = error.place.empty() ? request.name : format("{}: {}", request.name, error.place);
    return fail(std::move(error));
  }
  out.encoding = decoded->encoding;
  auto table = detail::open_table(decoded->text, request.format, request.name);
  if (!table) return fail(table.error());
  out.separator = (*table)->separator();
  out.format = out.separator == 0 ? ImportFormat::geojson : ImportFormat::csv;
  if (out.format == ImportFormat::geojson && request.kind != ImportKind::things) {
    return fail(Code::unsupported,
                format("GeoJSON carries things; give {} as CSV", to_string(request.kind)),
                request.name);
  }
  if (out.format == ImportFormat::csv) reserve(decoded->text, out);
  detail::Report report(out);
  auto reader = open_reader({request, context, (*table)->header(), out, report});
  if (!reader) {
    Error error = reader.error();
    const bool csv = out.format == ImportFormat::csv;
    error.place = csv ? format("{}:1", request.name) : request.name;
    return fail(std::move(error));
  }
  if (auto done = read_rows(**table, **reader, report, out); !done) return fail(done.error());
  return out;
}

Result<Committed> commit(const Preview& preview, store::Registry& registry, Instant now,
                         bool accept_partial) {
  if (preview.accepted == 0) {
    return fail(Code::invalid, "no row was accepted, so there is nothing to import", preview.name);
  }
  if (preview.rejected > 0 && !accept_partial) {
    return fail(Code::conflict,
                format("{} of {} rows have mistakes; correct them, or import the other {} with "
                       "'accept partial'",
                       preview.rejected, preview.rows, preview.accepted),
                preview.name);
  }
  const std::size_t records = preview.records.things.size() + preview.records.statistics.size() +
                              preview.records.observations.size();
  const auto imports = registry.imports();
  if (!imports) return fail(imports.error());
  // The newest of its kind: an older one may have been overlaid since, and importing the file
  // again brings it back on top.
  const auto newest = std::find_if(
      imports->rbegin(), imports->rend(),
      [&](const store::ImportInfo& info) { return info.kind == to_string(preview.kind); });
  if (newest != imports->rend() && newest->digest == preview.digest && newest->records == records) {
    return Committed{newest->id, true};
  }
  const auto id = registry.commit(
      {0, to_string(preview.kind), preview.name, preview.encoding, now, records, preview.digest},
      preview.records);
  if (!id) return fail(id.error());
  return Committed{*id, false};
}

}  // namespace cairn::share
