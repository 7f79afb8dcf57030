#include "raw_client.hpp"

#include <arpa/inet.h>
#include <array>
#include <cstdlib>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace tcds::http::test {

std::string Answer::field(std::string_view name) const
{
    auto const line = "\r\n" + std::string{name} + ": ";
    auto const at = head.find(line);
    if (at == std::string::npos) return "-";
    auto const begin = at + line.size();
    return head.substr(begin, head.find("\r\n", begin) - begin);
}

RawClient::RawClient(std::uint16_t port) : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)}
{
    timeval const patience{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0) {
        ::close(socket_);
        socket_ = -1;
    }
}

RawClient::~RawClient()
{
    if (socket_ >= 0) ::close(socket_);
}

bool RawClient::send(std::string_view bytes)
{
    while (!bytes.empty()) {
        auto const sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void RawClient::finishSending() const { ::shutdown(socket_, SHUT_WR); }

std::optional<Answer> RawClient::answer(bool ofHead)
{
    std::size_t end = 0;
    while ((end = input_.find("\r\n\r\n")) == std::string::npos) {
        if (!receive()) return std::nullopt;
    }
    Answer answer;
    answer.head = input_.substr(0, end);
    input_.erase(0, end + 4);
    answer.status = std::atoi(answer.head.substr(0, 12).substr(9).c_str());
    auto const length = answer.field("Content-Length");
    if (ofHead || length == "-") return answer;
    auto const size = static_cast<std::size_t>(std::atoll(length.c_str()));
    while (input_.size() < size) {
        if (!receive()) return std::nullopt;
    }
    answer.body = input_.substr(0, size);
    input_.erase(0, size);
    return answer;
}

std::optional<Answer> RawClient::ask(std::string_view bytes)
{
    send(bytes);
    return answer();
}

bool RawClient::closedByServer()
{
    if (!input_.empty()) return false;
    std::array<char, 4096> rest{};
    return take(rest.data(), rest.size()) == 0;
}

long RawClient::take(char* bytes, std::size_t size) { return ::recv(socket_, bytes, size, 0); }

bool RawClient::receive()
{
    std::array<char, 65536> part; // NOLINT: filled by recv
    auto const got = take(part.data(), part.size());
    if (got <= 0) return false;
    input_.append(part.data(), static_cast<std::size_t>(got));
    return true;
}

} // namespace tcds::http::test
