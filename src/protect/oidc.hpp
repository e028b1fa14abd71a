// SPDX-License-Identifier: Apache-2.0
// Signing in at the organisation's provider: OpenID Connect, authorization code flow with PKCE.
//
// oidc.yaml:
//   issuer: https://id.example.gov.cn/realms/panxi
//   client_id: cairn
//   client_secret: …                # or client_secret_file: a path
//   label: {zh: 统一身份认证, en: Single sign-on}
//   base_url: https://cairn.example.gov.cn   # where browsers reach the console
//   claim: groups                   # or realm_access.roles
//   grants:
//     - {value: /duty, role: duty_officer, region: panxi}
//     - {value: /puge/emergency, role: unit, region: '513428', unit: 513428-emergency}
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/label.hpp"
#include "core/result.hpp"
#include "core/seams.hpp"
#include "model/actor.hpp"
#include "protect/accounts.hpp"
#include "protect/digest.hpp"
#include "protect/jwt.hpp"

namespace cairn::protect {

struct HttpQuestion {
  std::string method = "GET";
  std::string url;
  std::string body = {};           // application/x-www-form-urlencoded
  std::string authorization = {};  // header; empty: none
};
struct HttpReply {
  int status = 0;
  std::string body;
};
using Http = std::function<Result<HttpReply>(const HttpQuestion&)>;

struct OidcConfig {
  std::string issuer;
  std::string client_id;
  std::string client_secret;
  Label label;
  std::string base_url;
  std::vector<std::string> scopes;
  std::string claim;
  std::vector<std::pair<std::string, model::Grant>> grants;  // value of the claim, what it gives
};
// `path` is that of oidc.yaml. Addresses are https, but for this machine's.
// `base_url` is where browsers reach the console, when the file does not say it.
Result<OidcConfig> load_oidc(const Files& files, const std::string& path,
                             const std::string& base_url = {});

// Thread-safe. What asks the provider may take seconds.
class Oidc {
 public:
  Oidc(OidcConfig config, Http http, Random random)
      : config_(std::move(config)), http_(std::move(http)), random_(std::move(random)) {}

  const OidcConfig& config() const { return config_; }

  struct Begun {
    std::string url;     // of the provider
    std::string cookie;  // binds the way back to this browser
  };
  // `then` is where to go afterwards, a page of the console.
  Result<Begun> begin(std::string then, Instant now);

  // What the provider's redirect carries.
  struct Return {
    std::string state;
    std::string code;
    std::string issuer;  // RFC 9207; empty: not sent
    std::string error;
    std::string cookie;
  };
  struct Came {
    Visitor visitor;
    std::string then;
  };
  // Each state counts once, for ten minutes, in the browser that began. Error: denied.
  Result<Came> finish(const Return& back, Instant now);

 private:
  struct Provider {
    std::string authorization;
    std::string token;
    std::string keys;
    bool says_issuer = false;  // in its redirect
    bool basic = true;         // how it wants the client's secret
  };
  struct Pending {
    std::string state;
    std::string cookie_digest;
    std::string nonce;
    std::string verifier;
    std::string then;
    Instant begun;
  };
  Result<Provider> provider(Instant now);
  Result<std::string> exchange(const Provider& provider, const std::string& code,
                               const std::string& verifier) const;
  Status verify(const Provider& provider, const Jws& token, Instant now);
  Status fetch_keys(const Provider& provider, Instant now);
  std::optional<Pending> take(const std::string& state, Instant now);
  std::string redirect_uri() const;

  const OidcConfig config_;
  const Http http_;
  const Random random_;
  std::mutex mutex_;  // over the rest; not held while the provider is asked
  std::optional<Provider> provider_;
  Instant discovered_;
  std::optional<KeySet> keys_;
  Instant fetched_;
  std::list<Pending> pending_;  // the newest first
};

}  // namespace cairn::protect
