// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/limits.hpp"
#include "core/text.hpp"
#include "server/api.hpp"
#include "server/detail/render.hpp"
#include "server/imports.hpp"
#include "server/inquiry.hpp"

namespace cairn::server {
namespace {

constexpr std::size_t name_characters = 200;
constexpr std::size_t body_most = std::size_t{32} << 20;
// Some clients send "{}" with every POST.
constexpr std::size_t ignored_body_bytes = 4096;
static_assert(body_most <= limits::import_bytes);

std::string encoding_word(const std::string& encoding) {
  if (encoding == "UTF-8 with BOM") return "UTF-8-BOM";
  if (encoding == "GB 18030") return "GB18030";
  return encoding.empty() ? "UTF-8" : encoding;
}

Json summary_json(const ImportEntry& entry, Zone zone) {
  const share::Preview& preview = *entry.preview;
  Json replaces = Json::array();
  for (const share::Replacement& r : preview.replaces) {
    replaces.push_back({{"type", r.type},
                        {"region", r.region},
                        {"region_label", json_label(r.region_label)},
                        {"count", r.count},
                        {"estimated", r.estimated}});
  }
  return {{"id", json_text_or_null(entry.id)},
          {"name", json_text_or_null(preview.name)},
          {"kind", share::to_string(preview.kind)},
          {"format", share::to_string(preview.format)},
          {"state", entry.committed ? "committed" : "preview"},
          {"created_at", to_string(entry.created_at, zone)},
          {"committed_at",
           entry.committed_at ? Json(to_string(*entry.committed_at, zone)) : Json(nullptr)},
          {"encoding", encoding_word(preview.encoding)},
          {"rows", preview.rows},
          {"accepted", preview.accepted},
          {"rejected", preview.rejected},
          {"replaces", std::move(replaces)}};
}

Json preview_json(const ImportEntry& entry, Zone zone) {
  const share::Preview& preview = *entry.preview;
  Json out = summary_json(entry, zone);
  Json columns = Json::array();
  for (const share::ImportColumn& column : preview.columns) {
    columns.push_back(column.header.empty() ? column.name : column.header);
  }
  out["columns"] = std::move(columns);
  Json sample = Json::array();
  for (const share::SampleRow& row : preview.sample) {
    sample.push_back({{"record", row.record}, {"cells", row.cells}});
  }
  out["sample"] = std::move(sample);
  Json errors = Json::array();
  for (const share::RowError& error : preview.errors) {
    errors.push_back({{"record", error.record},
                      {"line", error.line == 0 ? Json(nullptr) : Json(error.line)},
                      {"column", json_text_or_null(error.column)},
                      {"message", error.message}});
  }
  out["errors"] = std::move(errors);
  out["errors_truncated"] = preview.error_count > preview.errors.size();
  out["notes"] = preview.notes;
  return out;
}

// Nothing when the body's type is one that is read.
std::optional<Response> check_type(const Request& request) {
  const std::string type = lower_ascii(
      trim(request.header("content-type").substr(0, request.header("content-type").find(';'))));
  const bool known = type == "text/csv" || type == "application/geo+json" ||
                     type == "application/json" || type == "application/octet-stream";
  if (!known) {
    return problem(415,
                   "the body must be text/csv, application/geo+json or "
                   "application/octet-stream");
  }
  const std::string_view coding = request.header("content-encoding");
  if (!coding.empty() && !iequals_ascii(coding, "identity")) {
    return problem(415, "the body must not be compressed");
  }
  return std::nullopt;
}

Response create_import(const Call& call, ImportDesk& desk) {
  Inquiry in(call);
  const auto kind = in.params.word("kind", {"things", "statistics", "observations"});
  const auto format_word = in.params.word("format", {"csv", "geojson"});
  in.params.required("kind");
  in.params.required("format");
  share::ImportRequest request;
  request.name = in.params.text_or("name", "import");
  if (request.name.size() > 4 * name_characters) {
    in.params.complain("name", cairn::format("a name has at most {} characters", name_characters));
  }
  request.type = in.params.text_or("type", "");
  const auto replace = in.params.word("replace", {"estimated", "none"});
  const bool dry_run = in.params.boolean("dry_run", false);
  if (auto refusal = check_type(call.request)) in.refuse(std::move(*refusal));
  if (!in.ready()) return in.refusal();
  request.kind = *share::parse_import_kind(*kind);
  request.format = *share::parse_import_format(*format_word);
  request.replace_estimated = !replace || *replace == "estimated";
  request.bytes = call.request.body;
  const auto entry = desk.preview(request, !dry_run);
  if (!entry) {
    const bool bad_table = entry.error().code == Code::invalid;
    Response out = problem(entry.error());
    return bad_table ? problem(422, entry.error().message,
                               {{entry.error().place.empty() ? "body" : entry.error().place,
                                 entry.error().message,
                                 std::nullopt,
                                 1,
                                 {}}})
                     : out;
  }
  Response out = json_response(preview_json(*entry, in.zone()), 201);
  if (!entry->id.empty()) {
    out.headers.push_back({"Location", "/v1/imports/" + percent_encode(entry->id)});
  }
  return out;
}

Response list_imports(const Call& call, ImportDesk& desk) {
  Inquiry in(call);
  if (!in.ready()) return in.refusal();
  const auto entries = desk.list();
  if (!entries) return problem(entries.error());
  Json list = Json::array();
  for (const ImportEntry& entry : *entries) list.push_back(summary_json(entry, in.zone()));
  return json_response({{"imports", std::move(list)}});
}

Response get_import(const Call& call, ImportDesk& desk) {
  Inquiry in(call);
  if (!in.ready()) return in.refusal();
  const auto entry = desk.find(call.path("id"));
  if (!entry) return problem(entry.error());
  return json_response(preview_json(*entry, in.zone()));
}

Response commit_import(const Call& call, ImportDesk& desk) {
  Inquiry in(call);
  const bool partial = in.params.boolean("accept_partial", false);
  if (!in.ready()) return in.refusal();
  const auto entry = desk.commit(call.path("id"), partial);
  if (!entry) return problem(entry.error());
  return json_response(summary_json(*entry, in.zone()));
}

Response delete_import(const Call& call, ImportDesk& desk) {
  Inquiry in(call);
  if (!in.ready()) return in.refusal();
  if (const Status removed = desk.remove(call.path("id")); !removed) {
    return problem(removed.error());
  }
  Response out;
  out.status = 204;
  return out;
}

}  // namespace

void add_import_routes(Router& router, ImportDesk& desk) {
  const auto with = [&desk](auto handler) {
    return [&desk, handler](const Call& call) { return handler(call, desk); };
  };
  router.add({"GET", "/v1/imports", Access::read, 0, with(list_imports)});
  router.add({"POST", "/v1/imports", Access::write, body_most, with(create_import)});
  router.add({"GET", "/v1/imports/{id}", Access::read, 0, with(get_import)});
  router.add({"DELETE", "/v1/imports/{id}", Access::write, 0, with(delete_import)});
  router.add(
      {"POST", "/v1/imports/{id}/commit", Access::write, ignored_body_bytes, with(commit_import)});
}

}  // namespace cairn::server
