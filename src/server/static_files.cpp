// SPDX-License-Identifier: Apache-2.0
#include "server/static_files.hpp"

#include <array>
#include <utility>

#include "core/text.hpp"
#include "server/problem.hpp"
#include "server/query.hpp"

namespace cairn::server {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 16> media_types{{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".geojson", "application/geo+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".webp", "image/webp"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
    {".pbf", "application/x-protobuf"},
    {".wasm", "application/wasm"},
}};

constexpr std::string_view no_console =
    "<!doctype html><meta charset=\"utf-8\"><title>Cairn</title>"
    "<p lang=\"zh\">服务已启动，但控制台尚未构建：请在 web/ 目录执行 npm ci &amp;&amp; npm run "
    "build。"
    "<p lang=\"en\">The server runs, but the console is not built: run npm ci &amp;&amp; "
    "npm run build in web/. The interfaces answer below "
    "<a href=\"/v1/status\">/v1</a>, <a href=\"/ogc\">/ogc</a> and "
    "<a href=\"/sta/v1.1\">/sta/v1.1</a>.";

// Segments that name a file below the directory and nothing else.
bool is_safe(std::string_view decoded) {
  for (const std::string_view part : split(decoded.substr(1), '/')) {
    if (part.starts_with('.') || part.find('\\') != std::string_view::npos) return false;
  }
  return true;
}

// The build puts a hash of the content into the names under assets/.
bool never_changes(std::string_view path) {
  return path.starts_with("/assets/");
}

}  // namespace

std::string_view media_type_of(std::string_view name) {
  for (const auto& [extension, type] : media_types) {
    if (name.ends_with(extension)) return type;
  }
  return "application/octet-stream";
}

Response StaticFiles::get(std::string_view path, std::string_view query) const {
  const auto decoded = percent_decode(path, false);
  if (!decoded) return problem(400, "the path: " + decoded.error().message);
  if (!is_safe(*decoded)) return problem(404, "there is no such file");
  Response out;
  const std::string name = *decoded == "/" ? "/index.html" : *decoded;
  const bool is_file = name.find('.', name.rfind('/')) != std::string::npos;
  if (is_file) {
    auto content = directory_.empty() ? Result<std::string>(fail(Code::not_found, ""))
                                      : files_.read(directory_ + name);
    if (content) {
      out.type = media_type_of(name);
      out.body = std::move(*content);
      out.headers.push_back({"Cache-Control", never_changes(name)
                                                  ? "public, max-age=31536000, immutable"
                                                  : "no-cache"});
      return out;
    }
    if (name != "/index.html") return problem(404, format("there is no file {}", name));
  } else {
    out.status = 302;
    out.headers.push_back(
        {"Location", query.empty() ? format("/#{}", path) : format("/#{}?{}", path, query)});
    return out;
  }
  out.type = "text/html; charset=utf-8";
  out.headers.push_back({"Cache-Control", "no-cache"});
  auto index = directory_.empty() ? Result<std::string>(fail(Code::not_found, ""))
                                  : files_.read(directory_ + "/index.html");
  out.body = index ? std::move(*index) : std::string(no_console);
  return out;
}

}  // namespace cairn::server
