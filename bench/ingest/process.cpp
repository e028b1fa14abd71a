// SPDX-License-Identifier: Apache-2.0
#include "process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <utility>

namespace cairn::bench {
namespace {

using std::chrono::milliseconds;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return out;
}

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
  ::close(fd);
  return -1;
}

std::string slurp(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

std::uint64_t status_bytes(pid_t pid, std::string_view field) {
  const std::string text = slurp("/proc/" + std::to_string(pid) + "/status");
  const std::size_t at = text.find(field);
  return at == std::string::npos
             ? 0
             : std::strtoull(text.c_str() + at + field.size(), nullptr, 10) * 1024;
}

std::uint16_t port_behind(const std::string& log, std::string_view words) {
  const std::size_t at = log.find(words);
  if (at == std::string::npos) return 0;
  return static_cast<std::uint16_t>(std::atoi(log.c_str() + at + words.size()));
}

}  // namespace

TemporaryDirectory::TemporaryDirectory() {
  path_ = (std::filesystem::temp_directory_path() / "cairn-bench-XXXXXX").string();
  if (::mkdtemp(path_.data()) == nullptr) path_.clear();
}
TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ec;
  if (!path_.empty()) std::filesystem::remove_all(path_, ec);
}

Process::Process(const std::vector<std::string>& command, const std::string& log) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(out, 1);
    ::dup2(out, 2);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::close(out);
}

Process::Process(Process&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}
Process& Process::operator=(Process&& other) noexcept {
  std::swap(pid_, other.pid_);
  return *this;
}

bool Process::alive() const {
  return pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) == 0;
}

double Process::cpu_s() const {
  const std::string text = slurp("/proc/" + std::to_string(pid_) + "/stat");
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::uint64_t Process::peak_bytes() const {
  return status_bytes(pid_, "VmHWM:");
}
std::uint64_t Process::bytes() const {
  return status_bytes(pid_, "VmRSS:");
}

void Process::stop(int signal) {
  if (pid_ <= 0) return;
  ::kill(pid_, signal);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

std::string find_program(const std::string& name) {
  for (const char* folder : {"/usr/bin/", "/usr/sbin/", "/usr/local/bin/"}) {
    if (::access((folder + name).c_str(), X_OK) == 0) return folder + name;
  }
  return {};
}

std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  ::bind(fd, reinterpret_cast<sockaddr*>(&address), size);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(fd);
  return ntohs(address.sin_port);
}

bool wait_for_port(std::uint16_t port, double seconds) {
  for (const double until = now_s() + seconds; now_s() < until;) {
    if (const int fd = connect_to(port); fd >= 0) {
      ::close(fd);
      return true;
    }
    std::this_thread::sleep_for(milliseconds(20));
  }
  return false;
}

std::string http_get(std::uint16_t port, const std::string& target) {
  const int fd = connect_to(port);
  if (fd < 0) return {};
  const std::string request =
      "GET " + target + " HTTP/1.0\r\nHost: 127.0.0.1\r\nAuthorization: Bearer bench\r\n\r\n";
  std::string answer;
  if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) > 0) {
    std::array<char, 65'536> part;
    for (ssize_t n = 0; (n = ::recv(fd, part.data(), part.size(), 0)) > 0;) {
      answer.append(part.data(), static_cast<std::size_t>(n));
    }
  }
  ::close(fd);
  const std::size_t body = answer.find("\r\n\r\n");
  if (body == std::string::npos || answer.find(" 200 ") > 12) return {};
  return answer.substr(body + 4);
}

double metric(std::uint16_t port, std::string_view name) {
  const std::string text = http_get(port, "/metrics");
  const std::string line = "\n" + std::string(name) + " ";
  const std::size_t at = text.find(line);
  return at == std::string::npos ? 0 : std::strtod(text.c_str() + at + line.size(), nullptr);
}

CairnServer start_cairn(const std::string& program, const std::string& root,
                        const std::string& data) {
  const std::string log = data + ".log";
  CairnServer out{Process({program, "serve", "--root", root, "--home", "bench", "--data", data,
                           "--port", "0", "--mqtt-port", "0", "--token", "bench"},
                          log),
                  0, 0};
  while (out.process.alive()) {
    const std::string text = slurp(log);
    out.mqtt_port = port_behind(text, "MQTT at 127.0.0.1 port ");
    if (out.mqtt_port != 0) {
      out.http_port = port_behind(text, "at http://127.0.0.1:");
      return out;
    }
    std::this_thread::sleep_for(milliseconds(5));
  }
  std::fprintf(stderr, "the server did not start:\n%s", slurp(log).c_str());
  return out;
}

double wait_until_applied(const CairnServer& server) {
  const double begin = now_s();
  while (server.process.alive() && metric(server.http_port, "cairn_live_applied_position") <
                                       metric(server.http_port, "cairn_live_log_position")) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  return now_s() - begin;
}

Peer start_victoria(const std::string& directory) {
  const std::string program = find_program("victoria-metrics");
  if (program.empty()) return {};
  const std::uint16_t port = free_port();
  Peer out{Process({program, "-storageDataPath=" + directory + "/victoria",
                    "-httpListenAddr=127.0.0.1:" + std::to_string(port), "-retentionPeriod=1",
                    "-search.latencyOffset=0s", "-search.disableCache"},
                   directory + "/victoria.log"),
           port};
  if (!wait_for_port(port, 20)) out.port = 0;
  return out;
}

Peer start_mosquitto(const std::string& directory) {
  const std::string program = find_program("mosquitto");
  if (program.empty()) return {};
  const std::uint16_t port = free_port();
  const std::string config = directory + "/mosquitto.conf";
  std::ofstream(config) << "listener " << port << " 127.0.0.1\nallow_anonymous true\n"
                        << "persistence true\npersistence_location " << directory << "/\n"
                        << "max_inflight_messages 0\nmax_queued_messages 0\n"
                        << (::geteuid() == 0 ? "user root\n" : "");
  Peer out{Process({program, "-c", config}, directory + "/mosquitto.log"), port};
  if (!wait_for_port(port, 10)) out.port = 0;
  return out;
}

double now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace cairn::bench
