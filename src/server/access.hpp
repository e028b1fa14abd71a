// SPDX-License-Identifier: Apache-2.0
// Who signs in, over HTTP: sessions by cookie, tokens by header, accounts and the audit trail.
// docs/access.md.
//
//   auto access = AccessDesk::open(ledger, files, true_clock, workspace, options);
//   (*access)->add_routes(service.router());
//   service.authenticate_with(access->get());
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/seams.hpp"
#include "model/workspace.hpp"
#include "protect/accounts.hpp"
#include "protect/audit.hpp"
#include "protect/demo.hpp"
#include "protect/oidc.hpp"
#include "server/authenticator.hpp"
#include "server/router.hpp"
#include "server/work_queue.hpp"

namespace cairn::server {

struct AccessOptions {
  std::string directory;  // of the ledger; holds oidc.yaml and, of a demonstration, its accounts
  bool demonstration = false;  // that only this machine reaches: sample accounts are shown
  bool behind_proxy = false;   // X-Forwarded-Proto of the proxy in front counts
  std::string base_url = {};   // of the console, for the way back from the provider
  protect::PasswordCost cost = {};
  protect::Http http = {};  // how the provider is asked; none: no sign-in there
};

class AccessDesk final : public Authenticator {
 public:
  // `ledger`, `files` and `clock` (on the wall) must outlive this.
  static Result<std::unique_ptr<AccessDesk>> open(store::Ledger& ledger, Files& files,
                                                  const Clock& clock,
                                                  std::shared_ptr<const model::Workspace> workspace,
                                                  AccessOptions options);
  ~AccessDesk() override;

  void add_routes(Router& router);
  void rebind(std::shared_ptr<const model::Workspace> workspace);
  // Ends the threads; who waits for a sign-in is told so. Idempotent.
  void stop();

  Known identify(const Request& request) override;
  bool may_know(const Request& head) const override;
  protect::AuditTrail* trail() override { return trail_.get(); }

  protect::Accounts& accounts() { return *accounts_; }
  // What could not be used of oidc.yaml; empty: nothing.
  const std::string& trouble() const { return trouble_; }

  // For the handlers of this chapter.
  std::optional<protect::Holder> holder(const Request& request);  // of the cookie
  std::shared_ptr<const model::Workspace> workspace() const;
  Instant now() const { return clock_.now(); }
  Response session_answer(const Call& call);
  void sign_in(const Call& call, Reply reply);
  void change_password(const Call& call, Reply reply);
  Response sign_out(const Call& call);
  void begin_oidc(const Call& call, Reply reply);
  void end_oidc(const Call& call, Reply reply);

 private:
  AccessDesk(const Clock& clock, std::shared_ptr<const model::Workspace> workspace,
             AccessOptions options)
      : clock_(clock), options_(std::move(options)), workspace_(std::move(workspace)) {}
  Status open_parts(store::Ledger& ledger, Files& files);
  Response answer_of(const Result<protect::SignIn>& done, const Request& request,
                     const std::string& account, const char* action);
  Response begun(const protect::NewSession& session, const Request& request);
  Response came(const Request& request, const protect::Oidc::Return& back);
  std::string cookie(const Request& request, std::string_view name, std::string_view value,
                     std::int64_t seconds, bool strict) const;
  Status note(const Request& request, const std::string& actor, const char* action,
              protect::Outcome outcome, std::string subject, std::string detail);
  void later(WorkQueue& queue, Reply reply, std::function<Response()> work);

  const Clock& clock_;
  const AccessOptions options_;
  std::unique_ptr<protect::Accounts> accounts_;
  std::unique_ptr<protect::AuditTrail> trail_;
  std::unique_ptr<protect::Oidc> oidc_;  // none: one cannot sign in at a provider
  std::vector<protect::DemoAccount> demo_;
  std::string trouble_;
  mutable std::mutex mutex_;
  std::shared_ptr<const model::Workspace> workspace_;  // shared: swapped by imports; under mutex
  // Argon2id: each takes 64 MiB while it runs.
  WorkQueue passwords_{2, 16};
  WorkQueue providers_{1, 8};
};

// The only value of a cookie; "" when there is none or more than one.
std::string cookie_of(const Request& request, std::string_view name);

}  // namespace cairn::server
