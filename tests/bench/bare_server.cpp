#include "bench/bare_server.h"

#include <fcntl.h>
#include <poll.h>

#include "base/check.h"
#include "config/config.h"
#include "ingress/http_front.h"

namespace fh::bench {
namespace {

Answer fixed_answer() {
  Answer answer;
  answer.body = R"({"status":"accepted","delivery":1000000,"jobs":1})";
  return answer;
}

std::string read_line(int fd) {
  std::string line;
  char byte = 0;
  while (::read(fd, &byte, 1) == 1 && byte != '\n') line += byte;
  return line;
}

}  // namespace

BareServer::BareServer(const Bench& bench) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw_errno("bench: cannot make a pipe");
  output_.reset(ends[0]);
  const UniqueFd write_end(ends[1]);
  SpawnOptions options;
  options.arguments = {bench.executable("bench"), kServeBare};
  options.standard_output = write_end.get();
  process_ = std::make_unique<ChildProcess>(options);
  port_ = static_cast<std::uint16_t>(std::stoi("0" + read_line(output_.get())));
  if (port_ == 0) throw HostError("bench: the bare server did not start");
}

int serve_bare() {
  const IngestConfig defaults;
  HttpFrontOptions options;
  options.name = "bare";
  options.listen = {"127.0.0.1", 0};
  options.terms.judge_head = [&](const RawRequest&) { return HeadVerdict{{}, defaults.max_body}; };
  options.is_quick = [](const RawRequest&) { return true; };
  options.handle = [](const RawRequest&, const Respond& respond) { respond(fixed_answer()); };
  HttpFront front(std::move(options));
  front.start();
  const std::string port = std::to_string(front.port()) + "\n";
  if (::write(STDOUT_FILENO, port.data(), port.size()) < 0) return 1;
  pollfd reader{STDOUT_FILENO, 0, 0};
  while (::poll(&reader, 1, -1) < 0) {
  }
  front.stop();
  return 0;
}

}  // namespace fh::bench
