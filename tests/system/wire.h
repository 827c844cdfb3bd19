// Wire: one connection to a server on this machine that sends bytes as they are given, right or
// wrong, and reads what comes back. One thread.
#pragma once

#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>

#include <algorithm>
#include <string>
#include <vector>

#include "system/waiting.h"

namespace fh::test {

class Wire {
 public:
  explicit Wire(std::uint16_t port, const std::string& host = "127.0.0.1")
      : socket_(Poco::Net::SocketAddress(host, port)) {
    socket_.setReceiveTimeout(Poco::Timespan(kPatience.count(), 0));
  }
  void send(const std::string& text) {
    try {
      socket_.sendBytes(text.data(), static_cast<int>(text.size()), MSG_NOSIGNAL);
    } catch (const Poco::Exception&) {
      // Closed already: the answer, if any, is still to be read.
    }
  }
  void end() { socket_.shutdownSend(); }
  bool has_answer(std::chrono::milliseconds within) {
    return socket_.poll(Poco::Timespan(0, within.count() * 1000), Poco::Net::Socket::SELECT_READ);
  }
  /// The status of the first answer; 0 when the connection was closed without one.
  int status() {
    constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    while (text_.find("\r\n\r\n") == std::string::npos && read()) {
    }
    if (text_.starts_with(kContinue)) {
      text_.erase(0, kContinue.size());
      return status();
    }
    return text_.starts_with("HTTP/1.") ? std::stoi(text_.substr(9)) : 0;
  }
  /// Everything that comes until the connection is closed, answer by answer.
  std::vector<std::string> all_answers() {
    while (read()) {
    }
    std::vector<std::string> answers;
    for (std::size_t begin = 0, end; begin < text_.size(); begin = end) {
      end = std::min(text_.find("HTTP/1.1 ", begin + 1), text_.size());
      answers.push_back(text_.substr(begin, end - begin));
    }
    return answers;
  }
  /// Whether nothing but that one answer comes, and then the end.
  bool is_closed_after_one_answer() {
    while (read()) {
    }
    return text_.find("HTTP/1.", 1) == std::string::npos;
  }

 private:
  bool read() {
    char part[4096];
    int got = 0;
    try {
      got = socket_.receiveBytes(part, sizeof part);
    } catch (const Poco::TimeoutException&) {
      throw std::runtime_error("the connection stays open");
    } catch (const Poco::Exception&) {
      return false;
    }
    if (got > 0) text_.append(part, static_cast<std::size_t>(got));
    return got > 0;
  }

  Poco::Net::StreamSocket socket_;
  std::string text_;
};

}  // namespace fh::test
