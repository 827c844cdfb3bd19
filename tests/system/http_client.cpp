#include "system/http_client.h"

#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "system/waiting.h"

namespace fh::test {
namespace {

std::string text_of(const RawRequest& request) {
  std::string text = request.method + " " + request.path;
  if (!request.query.empty()) text += "?" + request.query;
  text += " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
  for (const auto& [name, value] : request.headers) text += name + ": " + value + "\r\n";
  if (request.method != "GET")
    text += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  return text + "\r\n" + request.body;
}

std::string small_letters(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

Reply head_from(const std::string& text) {
  Reply reply;
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);
  reply.status = std::stoi(line.substr(line.find(' ')));
  while (std::getline(lines, line) && line != "\r") {
    const auto colon = line.find(": ");
    reply.headers[small_letters(line.substr(0, colon))] =
        line.substr(colon + 2, line.size() - colon - 3);
  }
  return reply;
}

}  // namespace

void HttpClient::send(const std::string& text) {
  std::size_t sent = 0;
  while (sent < text.size())
    sent += static_cast<std::size_t>(
        socket_->sendBytes(text.data() + sent, static_cast<int>(text.size() - sent), MSG_NOSIGNAL));
}

void HttpClient::read_more() {
  char part[16 * 1024];
  const int got = socket_->receiveBytes(part, sizeof part);
  if (got <= 0) throw std::runtime_error("the server closed the connection");
  unread_.append(part, static_cast<std::size_t>(got));
}

Reply HttpClient::read() {
  std::size_t head_end = 0;
  while ((head_end = unread_.find("\r\n\r\n")) == std::string::npos) read_more();
  Reply reply = head_from(unread_.substr(0, head_end + 2));
  unread_.erase(0, head_end + 4);
  const auto length = static_cast<std::size_t>(std::stoull(reply.headers.at("content-length")));
  while (unread_.size() < length) read_more();
  reply.body = unread_.substr(0, length);
  unread_.erase(0, length);
  return reply;
}

Reply HttpClient::call(const RawRequest& request) {
  if (!socket_) {
    socket_.emplace(Poco::Net::SocketAddress("127.0.0.1", port_));
    socket_->setReceiveTimeout(Poco::Timespan(kPatience.count(), 0));
    unread_.clear();
  }
  try {
    send(text_of(request));
  } catch (const Poco::Exception& error) {
    // The server may have answered before it had read everything.
    if (insists_) throw std::runtime_error("the request was not taken: " + error.displayText());
  }
  try {
    Reply reply = read();
    if (small_letters(reply.headers["connection"]) == "close") socket_.reset();
    return reply;
  } catch (const Poco::Exception& error) {
    socket_.reset();
    throw std::runtime_error("no answer: " + error.displayText());
  } catch (...) {
    socket_.reset();
    throw;
  }
}

std::optional<Reply> HttpClient::try_call(const RawRequest& request) {
  try {
    return call(request);
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace fh::test
