// How many tokens a second one core verifies, beside what OpenSSL does with the same key: as
// `openssl speed` counts, a digest and its signature, nothing else. Both in turn, round by round.
//
//   tcds_bench_verify [ROUNDS]

#include "tests/unit/auth/stage.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace tcds::auth;

constexpr std::size_t kTokens = 400; // of one round
constexpr int kRounds = 9;
constexpr std::string_view kSigned = "a text of the length of a token's header and claims";

double processSeconds()
{
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
    void operator()(BIO* bio) const { BIO_free(bio); }
};

/// Verifies one signature over and over, as `openssl speed` does.
class Plain
{
public:
    explicit Plain(test::SigningKey const& key) : signature_{key.signDer(kSigned, "SHA384")}
    {
        auto const pem = key.publicPem();
        std::unique_ptr<BIO, Free> const bio{
            BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
        key_.reset(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
        context_.reset(EVP_PKEY_CTX_new(key_.get(), nullptr));
        if (EVP_PKEY_verify_init(context_.get()) != 1 ||
            EVP_PKEY_CTX_set_signature_md(context_.get(), EVP_sha384()) != 1 ||
            EVP_Digest(kSigned.data(), kSigned.size(), digest_.data(), nullptr, EVP_sha384(),
                       nullptr) != 1)
            throw std::runtime_error{"OpenSSL does not take the key"};
    }

    void run()
    {
        for (std::size_t i = 0; i < kTokens; ++i)
            if (EVP_PKEY_verify(context_.get(), bytes(signature_), signature_.size(),
                                digest_.data(), digest_.size()) != 1)
                throw std::runtime_error{"OpenSSL refuses its own signature"};
    }

private:
    static unsigned char const* bytes(std::string const& text)
    {
        return reinterpret_cast<unsigned char const*>(text.data()); // NOLINT: OpenSSL's type
    }

    std::string signature_;
    std::array<unsigned char, 48> digest_{};
    std::unique_ptr<EVP_PKEY, Free> key_;
    std::unique_ptr<EVP_PKEY_CTX, Free> context_;
};

/// Tokens that each count once, as clients send them.
std::vector<std::string> tokens(test::SigningKey const& key, std::string_view algorithm)
{
    std::vector<std::string> all;
    for (std::size_t i = 0; i < kTokens; ++i)
        all.push_back(test::signedWith(
            key,
            test::goodHeader()
                .with("alg", test::inQuotes(algorithm))
                .with("kid", test::inQuotes(key.kid())),
            test::goodClaims().with("jti", test::inQuotes("token-" + std::to_string(i)))));
    return all;
}

void verify(std::vector<std::string> const& tokens)
{
    auto const verifier = test::verifierOf({test::goodEntry()});
    for (auto const& token : tokens)
        if (!verifier.verify(token, test::kEndpoint, "", test::kNow))
            throw std::runtime_error{"a good token is refused"};
}

template <class Work>
double perSecond(Work&& work)
{
    auto const before = processSeconds();
    work();
    return kTokens / (processSeconds() - before);
}

double median(std::vector<double> values)
{
    std::ranges::sort(values);
    return values[values.size() / 2];
}

void compare(char const* name, test::SigningKey const& key, int rounds)
{
    Plain plain{key};
    auto const sent = tokens(key, name);
    std::vector<double> ours;
    std::vector<double> openssl;
    std::vector<double> ratios;
    for (int round = 0; round < rounds; ++round) {
        openssl.push_back(perSecond([&] { plain.run(); }));
        ours.push_back(perSecond([&] { verify(sent); }));
        ratios.push_back(ours.back() / openssl.back());
    }
    auto const [least, most] = std::ranges::minmax(ratios);
    std::printf("%s  tokens %7.0f/s  OpenSSL alone %7.0f/s  ratio %.2f (%.2f to %.2f)\n", name,
                median(ours), median(openssl), median(ratios), least, most);
}

} // namespace

int main(int count, char** arguments)
{
    try {
        auto const rounds = count > 1 ? std::max(1, std::atoi(arguments[1])) : kRounds;
        compare("ES384", test::p384(), rounds);
        compare("RS384", test::rsa(), rounds);
        return 0;
    } catch (std::exception const& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
