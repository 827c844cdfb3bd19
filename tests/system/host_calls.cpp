// HostProcess as a client of its host: deliveries and the admin API.
#include <set>
#include <stdexcept>

#include "base/digest.h"
#include "base/mac.h"
#include "ingress/percent.h"
#include "system/host_process.h"

namespace fh::test {

RawRequest HostProcess::sign(const std::string& body, const std::string& source) {
  RawRequest request;
  request.path = "/webhooks/" + source;
  request.headers = {{"Content-Type", "application/json"}};
  request.body = body;
  if (source == "company")
    request.query = "token=" + percent_encode(kCompanyToken);
  else
    request.headers.emplace_back("X-Signature", to_hex(hmac(Hash::sha256, kContactSecret, body)));
  return request;
}

Reply HostProcess::post(const RawRequest& request) { return ingest().call(request); }

Json HostProcess::send(const std::string& body, const std::string& source) {
  const Reply reply = post(sign(body, source));
  if (reply.status != 200)
    throw std::runtime_error("answered " + std::to_string(reply.status) + ": " + reply.body);
  return reply.json();
}

Reply HostProcess::admin(const std::string& method, const std::string& target,
                         const std::string& token) {
  RawRequest request;
  request.method = method;
  const auto question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string::npos) request.query = target.substr(question + 1);
  if (!token.empty()) request.headers.emplace_back("Authorization", "Bearer " + token);
  return HttpClient(admin_port_).call(request);
}

Json HostProcess::api(const std::string& target) {
  const Reply reply = admin("GET", "/api/v1/" + target);
  if (reply.status != 200)
    throw std::runtime_error(target + " answered " + std::to_string(reply.status) + ": " +
                             reply.body);
  return reply.json();
}

std::int64_t HostProcess::job_of(const Json& answer) {
  const Json delivery = api("deliveries/" + answer.at("delivery").dump());
  // The first of them: what it enqueues may be there too by now.
  const auto jobs = delivery.at("jobs").get<std::set<std::int64_t>>();
  if (answer.at("jobs") != 1 || jobs.empty())
    throw std::runtime_error("not one job: " + delivery.dump(2));
  return *jobs.begin();
}

Json HostProcess::wait_for(std::int64_t id, const std::string& state) {
  Json last;
  const bool ended = eventually(kPatience, [&] {
    last = job(id);
    const std::string now = last.at("state");
    return now == state || now == "completed" || now == "dead" || now == "cancelled";
  });
  if (!ended || last.at("state") != state)
    throw std::runtime_error("the job is not " + state + ": " + last.dump(2));
  return last;
}

Json HostProcess::run(const std::string& body, const std::string& state) {
  return wait_for(job_of(send(body)), state);
}

Process HostProcess::worker_of(std::int64_t id) {
  pid_t pid = 0;
  const bool found = eventually(kPatience, [&] {
    const Json status = api("status");
    for (const Json& running : status.at("running"))
      if (running.at("job") == id) pid = running.at("pid");
    return pid != 0;
  });
  if (!found) throw std::runtime_error("job " + std::to_string(id) + " does not run");
  return Process(pid);
}

std::vector<Process> HostProcess::workers() const {
  std::vector<Process> workers;
  for (const auto& entry : std::filesystem::directory_iterator(store_file().string() + ".workers"))
    workers.emplace_back(std::stoi(entry.path().filename().string()));
  return workers;
}

std::string contact_update(const std::string& id, const std::string& value,
                           const std::string& note) {
  Json changes = {{"misbehave", value}};
  if (!note.empty()) changes["note"] = note;
  return Json{{"id", id}, {"changes", changes}}.dump();
}

std::string field_update(const std::string& id, const std::string& field, const Json& value) {
  return Json{{"id", id}, {"changes", {{field, value}}}}.dump();
}

}  // namespace fh::test
