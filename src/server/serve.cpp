// SPDX-License-Identifier: Apache-2.0
#include "server/serve.hpp"

#include <string_view>

#include "core/text.hpp"
#include "server/api.hpp"
#include "server/http.hpp"
#include "server/imports.hpp"
#include "server/service.hpp"
#include "server/state.hpp"

namespace cairn::server {
namespace {

class Instance final : public Running {
 public:
  Instance(ServiceOptions options, const Clock& clock, const Files& files,
           std::shared_ptr<const State> state, std::unique_ptr<store::Registry> registry)
      : service_(std::move(options), clock, files, std::move(state)),
        imports_(std::move(registry), service_) {
    add_import_routes(service_.router(), imports_);
  }
  ~Instance() override { stop(); }

  Status listen(const HttpOptions& options) {
    auto http = HttpServer::start(
        options,
        {.admit = [this](const Request& head) { return service_.admit(head); },
         .handle = [this](Request request,
                          Reply reply) { service_.handle(std::move(request), std::move(reply)); },
         .fail =
             [this](int status, std::string message) {
               return service_.transport_failure(status, std::move(message));
             }});
    if (!http) return fail(http.error());
    http_ = std::move(*http);
    service_.watch(http_->counters());
    return std::monostate{};
  }

  std::uint16_t port() const override { return http_->port(); }
  void stop() override {
    if (http_) http_->stop();
  }

 private:
  Service service_;
  ImportDesk imports_;
  std::unique_ptr<HttpServer> http_;  // after the service: it stops first
};

}  // namespace

bool is_loopback(std::string_view address) {
  return address == "localhost" || address == "::1" || address.starts_with("127.");
}

Result<std::unique_ptr<Running>> serve(const ServeOptions& options, Files& files,
                                       const Clock& clock, Problems& problems) {
  const bool beyond = !is_loopback(options.address);
  if (beyond && options.token.empty()) {
    return fail(Code::denied, format("listening on {} lets other machines in: that needs a token",
                                     options.address));
  }
  std::unique_ptr<store::Registry> registry;
  model::Records imported;
  if (!options.data_directory.empty()) {
    auto opened = store::Registry::open(options.data_directory);
    if (!opened) return fail(opened.error());
    registry = std::move(*opened);
    auto records = registry->records();
    if (!records) return fail(records.error());
    imported = std::move(*records);
  }
  auto world = watch::load_world(files, {options.root, options.home}, imported);
  if (!world) return fail(world.error());
  problems = (*world)->problems;
  auto state = build_state(*world, imported, clock.now());
  auto running =
      std::make_unique<Instance>(ServiceOptions{options.token, beyond, options.web_directory},
                                 clock, files, std::move(state), std::move(registry));
  HttpOptions http;
  http.address = options.address == "localhost" ? "127.0.0.1" : options.address;
  http.port = options.port;
  http.handler_threads = options.handler_threads;
  if (const Status listening = running->listen(http); !listening) return fail(listening.error());
  return running;
}

}  // namespace cairn::server
