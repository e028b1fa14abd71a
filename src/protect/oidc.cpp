// SPDX-License-Identifier: Apache-2.0
#include "protect/oidc.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "model/yaml.hpp"
#include "protect/detail/strict_json.hpp"

namespace cairn::protect {
namespace {

using detail::parse_strict;
using detail::StrictJson;
using detail::text_of;

constexpr std::size_t pending_most = 1000;
constexpr std::int64_t pending_ns = 600 * ns_per_second;
constexpr std::int64_t discovery_ns = 3600 * ns_per_second;
// A token with a new key's id has the keys fetched again, but not more often.
constexpr std::int64_t refetch_ns = 60 * ns_per_second;
constexpr std::int64_t keys_ns = 24 * 3600 * ns_per_second;
constexpr std::size_t then_bytes = 500;

std::string escape(std::string_view text) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

// Standard base64 with padding, for Basic.
std::string base64(std::string_view bytes) {
  std::string out = base64url(bytes);
  std::replace(out.begin(), out.end(), '-', '+');
  std::replace(out.begin(), out.end(), '_', '/');
  while (out.size() % 4 != 0) out += '=';
  return out;
}

// https, or http to this machine.
bool is_safe_url(std::string_view url) {
  if (url.find_first_of(" \"<>\\^`{|}\r\n\t") != std::string_view::npos) return false;
  if (url.starts_with("https://")) return url.size() > 8;
  if (!url.starts_with("http://")) return false;
  std::string_view host = url.substr(7);
  host = host.substr(0, host.find_first_of("/?#"));
  if (host.find('@') != std::string_view::npos) return false;
  host = host.substr(0, host.starts_with('[') ? host.find(']') + 1 : host.find(':'));
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

// A page of the console and of nothing else.
std::string safe_page(std::string then) {
  const bool page = then.starts_with("/#/") && then.size() <= then_bytes &&
                    then.find_first_of("\"'<>\\\r\n\t ") == std::string::npos;
  return page ? then : "/";
}

Error provider_error(const std::string& what, const HttpReply& reply) {
  return {Code::io, format("{}: the provider answered {}", what, reply.status), {}};
}

model::Grant read_grant(model::YamlMap& map, Problems& problems) {
  model::Grant out;
  const std::string role = map.text("role", true);
  if (const auto known = model::parse_role(role)) {
    out.role = *known;
  } else if (!role.empty()) {
    problems.error(map.place(), format("there is no role '{}'", role));
  }
  out.region = map.text("region");
  out.unit = map.text("unit");
  if (auto good = check_grants({out}); !good) problems.error(map.place(), good.error().message);
  return out;
}

}  // namespace

Result<OidcConfig> load_oidc(const Files& files, const std::string& path,
                             const std::string& base_url) {
  auto text = files.read(path);
  if (!text) return fail(text.error());
  auto node = model::parse_yaml(*text, path);
  if (!node) return fail(node.error());
  Problems problems;
  model::YamlMap map(*node, path, problems);
  OidcConfig out;
  out.issuer = map.text("issuer", true);
  out.client_id = map.text("client_id", true);
  out.client_secret = map.text("client_secret");
  if (const std::string file = map.text("client_secret_file"); !file.empty()) {
    auto secret = files.read(file);
    if (!secret) return fail(secret.error());
    out.client_secret = std::string(trim(*secret));
  }
  out.label = map.label("label", true);
  out.base_url = map.text("base_url", base_url.empty());
  if (out.base_url.empty()) out.base_url = base_url;
  out.scopes = map.texts("scopes");
  if (out.scopes.empty()) out.scopes = {"openid", "profile"};
  out.claim = map.text("claim", true);
  if (const model::YamlNode* grants = map.required("grants")) {
    for (const model::YamlNode& item : grants->items) {
      model::YamlMap one(item, path, problems);
      const std::string value = one.text("value", true);
      out.grants.emplace_back(value, read_grant(one, problems));
      one.finish();
    }
  }
  map.finish();
  while (out.base_url.ends_with('/')) out.base_url.pop_back();
  for (const std::string* url : {&out.issuer, &out.base_url}) {
    if (!is_safe_url(*url)) problems.error(path, format("'{}' is no https address", *url));
  }
  if (std::find(out.scopes.begin(), out.scopes.end(), "openid") == out.scopes.end()) {
    problems.error(path, "the scopes must hold 'openid'");
  }
  if (!problems.ok()) return fail(problems.errors.front());
  return out;
}

std::string Oidc::redirect_uri() const {
  return config_.base_url + "/v1/session/oidc/return";
}

Result<Oidc::Provider> Oidc::provider(Instant now) {
  {
    const std::lock_guard lock(mutex_);
    if (provider_ && now.ns - discovered_.ns < discovery_ns && now >= discovered_) {
      return *provider_;
    }
  }
  std::string url = config_.issuer;
  while (url.ends_with('/')) url.pop_back();
  auto reply = http_({.url = url + "/.well-known/openid-configuration"});
  if (!reply) return fail(reply.error());
  if (reply->status != 200) return fail(provider_error("discovery", *reply));
  const auto document = parse_strict(reply->body);
  if (!document || !document->is_object()) {
    return fail(Code::io, "the provider's configuration is no JSON object");
  }
  if (text_of(*document, "issuer") != config_.issuer) {
    return fail(Code::denied, "the provider calls itself another issuer than oidc.yaml");
  }
  Provider out;
  out.authorization = text_of(*document, "authorization_endpoint");
  out.token = text_of(*document, "token_endpoint");
  out.keys = text_of(*document, "jwks_uri");
  for (const std::string* address : {&out.authorization, &out.token, &out.keys}) {
    if (!is_safe_url(*address)) {
      return fail(Code::denied, format("the provider names '{}', which is no https address",
                                       address->substr(0, 100)));
    }
  }
  const auto says = document->find("authorization_response_iss_parameter_supported");
  out.says_issuer = says != document->end() && says->is_boolean() && says->get<bool>();
  const auto methods = claim_texts(reply->body, "token_endpoint_auth_methods_supported");
  const auto has = [&](const char* name) {
    return std::find(methods.begin(), methods.end(), name) != methods.end();
  };
  out.basic = methods.empty() || has("client_secret_basic") || !has("client_secret_post");
  const std::lock_guard lock(mutex_);
  provider_ = out;
  discovered_ = now;
  return out;
}

Result<Oidc::Begun> Oidc::begin(std::string then, Instant now) {
  const auto known = provider(now);
  if (!known) return fail(known.error());
  Pending pending;
  pending.state = base64url(random_(24));
  pending.nonce = base64url(random_(24));
  pending.verifier = base64url(random_(48));
  pending.then = safe_page(std::move(then));
  pending.begun = now;
  Begun out;
  out.cookie = base64url(random_(24));
  pending.cookie_digest = sha256(out.cookie);
  const std::vector<std::pair<const char*, std::string>> items{
      {"response_type", "code"},
      {"client_id", config_.client_id},
      {"redirect_uri", redirect_uri()},
      {"scope", join(config_.scopes, " ")},
      {"state", pending.state},
      {"nonce", pending.nonce},
      {"code_challenge", base64url(sha256(pending.verifier))},
      {"code_challenge_method", "S256"}};
  out.url = known->authorization;
  char separator = out.url.find('?') == std::string::npos ? '?' : '&';
  for (const auto& [name, value] : items) {
    out.url += format("{}{}={}", separator, name, escape(value));
    separator = '&';
  }
  const std::lock_guard lock(mutex_);
  pending_.push_front(std::move(pending));
  if (pending_.size() > pending_most) pending_.pop_back();
  return out;
}

std::optional<Oidc::Pending> Oidc::take(const std::string& state, Instant now) {
  const std::lock_guard lock(mutex_);
  for (auto at = pending_.begin(); at != pending_.end(); ++at) {
    if (!same_secret(at->state, state)) continue;
    Pending out = std::move(*at);
    pending_.erase(at);
    const bool timely = now >= out.begun && now.ns - out.begun.ns < pending_ns;
    return timely ? std::optional(std::move(out)) : std::nullopt;
  }
  return std::nullopt;
}

// The id token that the code stands for.
Result<std::string> Oidc::exchange(const Provider& known, const std::string& code,
                                   const std::string& verifier) const {
  HttpQuestion ask{.method = "POST", .url = known.token};
  ask.body = format("grant_type=authorization_code&code={}&redirect_uri={}&code_verifier={}",
                    escape(code), escape(redirect_uri()), escape(verifier));
  if (!config_.client_secret.empty() && known.basic) {
    ask.authorization =
        "Basic " + base64(escape(config_.client_id) + ':' + escape(config_.client_secret));
  } else {
    ask.body += "&client_id=" + escape(config_.client_id);
    if (!config_.client_secret.empty()) {
      ask.body += "&client_secret=" + escape(config_.client_secret);
    }
  }
  auto reply = http_(ask);
  if (!reply) return fail(reply.error());
  if (reply->status != 200) {
    if (reply->status < 500) return fail(Code::denied, "the provider does not know this sign-in");
    return fail(provider_error("token", *reply));
  }
  const auto document = parse_strict(reply->body);
  const std::string token =
      document && document->is_object() ? text_of(*document, "id_token") : std::string();
  if (token.empty()) return fail(Code::denied, "the provider gave no id token");
  return token;
}

Status Oidc::fetch_keys(const Provider& known, Instant now) {
  auto reply = http_({.url = known.keys});
  if (!reply) return fail(reply.error());
  if (reply->status != 200) return fail(provider_error("keys", *reply));
  auto keys = KeySet::parse(reply->body);
  if (!keys) return fail(keys.error());
  const std::lock_guard lock(mutex_);
  keys_ = std::move(*keys);
  fetched_ = now;
  return {};
}

Status Oidc::verify(const Provider& known, const Jws& token, Instant now) {
  std::optional<KeySet> keys;
  Instant fetched;
  {
    const std::lock_guard lock(mutex_);
    keys = keys_;
    fetched = fetched_;
  }
  const std::int64_t age = now.ns - fetched.ns;
  if (keys && age >= 0 && age < keys_ns) {
    Status done = keys->verify(token);
    if (done || done.error().code != Code::not_found || age < refetch_ns) return done;
  }
  if (auto done = fetch_keys(known, now); !done) return done;
  {
    const std::lock_guard lock(mutex_);
    keys = keys_;
  }
  return keys->verify(token);
}

Result<Oidc::Came> Oidc::finish(const Return& back, Instant now) {
  const auto pending = take(back.state, now);
  if (!pending || !same_secret(pending->cookie_digest, sha256(back.cookie))) {
    return fail(Code::denied, "this sign-in was not begun here, or too long ago; begin again");
  }
  if (!back.error.empty()) {
    return fail(Code::denied, format("the provider refused: {}", back.error.substr(0, 100)));
  }
  const auto known = provider(now);
  if (!known) return fail(known.error());
  // RFC 9207: the answer of another provider is no answer.
  if ((known->says_issuer || !back.issuer.empty()) && back.issuer != config_.issuer) {
    return fail(Code::denied, "the answer is of another provider");
  }
  if (back.code.empty()) return fail(Code::denied, "the provider sent no code");
  const auto text = exchange(*known, back.code, pending->verifier);
  if (!text) return fail(text.error());
  const auto token = parse_jws(*text);
  if (!token) return fail(Code::denied, token.error().message);
  if (auto signed_well = verify(*known, *token, now); !signed_well) {
    const Error& error = signed_well.error();
    return fail(error.code == Code::io ? Code::io : Code::denied, error.message);
  }
  const auto claims =
      check_claims(*token, {config_.issuer, config_.client_id, pending->nonce, now});
  if (!claims) return fail(claims.error());
  Came out{{config_.issuer + ' ' + claims->subject, {}, {}}, pending->then};
  for (const char* name : {"name", "preferred_username"}) {
    const auto names = claim_texts(claims->json, name);
    if (names.empty() || !out.visitor.name.empty()) continue;
    out.visitor.name = {names.front(), names.front()};
  }
  const auto values = claim_texts(claims->json, config_.claim);
  for (const auto& [value, grant] : config_.grants) {
    if (std::find(values.begin(), values.end(), value) == values.end()) continue;
    out.visitor.grants.push_back(grant);
  }
  return out;
}

}  // namespace cairn::protect
