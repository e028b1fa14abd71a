// SPDX-License-Identifier: Apache-2.0
#include "splat_program.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

namespace cairn::bench {
namespace {

struct Ended {
  int code = 0;
  double cpu_s = 0;
};

// Runs a program to its end in `directory`, silent.
Result<Ended> run(std::vector<std::string> words, const std::string& directory) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = fork();
  if (child < 0) return fail(Code::io, "no new process for " + words[0]);
  if (child == 0) {
    int nowhere = open("/dev/null", O_RDWR);
    dup2(nowhere, 0);
    dup2(nowhere, 1);
    dup2(nowhere, 2);
    if (chdir(directory.c_str()) == 0) execvp(arguments[0], arguments.data());
    _exit(127);
  }
  int status = 0;
  rusage used{};
  wait4(child, &status, 0, &used);
  if (!WIFEXITED(status) || WEXITSTATUS(status) == 127) {
    return fail(Code::not_found, words[0] + " did not run");
  }
  auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return Ended{WEXITSTATUS(status), seconds(used.ru_utime) + seconds(used.ru_stime)};
}

Status write_site(const SplatJob& job) {
  std::ofstream site(job.directory + "/site.qth");
  double west_deg = job.site.x > 0 ? 360 - job.site.x : -job.site.x;
  site << fmt::format("site\n{:.6f}\n{:.6f}\n{} meters\n", job.site.y, west_deg, job.tx_mast_m);
  std::ofstream parameters(job.directory + "/site.lrp");
  // Average ground, continental temperate, vertical; half of the situations, half of the time.
  parameters << fmt::format("15\n0.005\n{}\n{}\n5\n1\n0.5\n0.5\n0\n", job.sea_level_n0,
                            job.frequency_mhz);
  if (site.flush() && parameters.flush()) return {};
  return fail(Code::io, "could not write the site's files to " + job.directory);
}

std::vector<std::string> map_words(const SplatJob& job, double radius_km) {
  return {"splat",
          "-t",
          "site.qth",
          "-L",
          fmt::format("{}", job.rx_mast_m),
          "-R",
          fmt::format("{}", radius_km),
          "-metric",
          "-olditm",
          "-N",
          "-d",
          ".",
          "-o",
          "map.ppm"};
}

}  // namespace

bool splat_installed() {
  auto found = run({"which", "splat", "srtm2sdf"}, "/");
  return found && found->code == 0;
}

Status convert_tiles(const SplatJob& job, const std::vector<std::string>& tiles) {
  for (const std::string& tile : tiles) {
    if (auto done = run({"srtm2sdf", tile}, job.directory); !done) return fail(done.error());
  }
  return {};
}

Result<std::vector<SplatAnswer>> splat_answers(const SplatJob& job, double radius_km) {
  if (Status status = write_site(job); !status) return fail(status.error());
  std::vector<std::string> words = map_words(job, radius_km);
  words.insert(words.end(), {"-ano", "answers.txt"});
  if (auto done = run(words, job.directory); !done) return fail(done.error());
  std::ifstream file(job.directory + "/answers.txt");
  std::vector<SplatAnswer> answers;
  std::string line;
  std::getline(file, line);  // the frame: two lines
  std::getline(file, line);
  while (std::getline(file, line)) {
    double latitude = 0, west = 0, azimuth = 0, elevation = 0, loss = 0;
    if (std::sscanf(line.c_str(), "%lf, %lf, %lf, %lf, %lf", &latitude, &west, &azimuth, &elevation,
                    &loss) == 5) {
      answers.push_back({{west > 180 ? 360 - west : -west, latitude}, loss});
    }
  }
  if (answers.empty()) return fail(Code::not_found, "splat gave no answers");
  return answers;
}

Result<double> splat_cpu_s(const SplatJob& job, double radius_km) {
  if (Status status = write_site(job); !status) return fail(status.error());
  auto done = run(map_words(job, radius_km), job.directory);
  if (!done) return fail(done.error());
  return done->cpu_s;
}

}  // namespace cairn::bench
