#include "server/app/kept_text.hpp"

#include "fhir/base/datetime.hpp"
#include "server/audit/digest.hpp"
#include "server/cds/raw_prefetch.hpp"

#include <utility>

namespace tcds::app {

namespace {

/// Takes what fits into one record, and names the rest once.
class Parts
{
public:
    void add(std::string_view name, std::string_view text)
    {
        if (text.size() > audit::kMostSealedBytes - size_) {
            if (leftOut_.empty() || leftOut_.back() != name) leftOut_.emplace_back(name);
            return;
        }
        size_ += text.size();
        parts_.push_back({name, text});
    }

    audit::Sealed sealed(audit::SealKey const& key, audit::SealedFor const& record)
    {
        return {key.id(), key.seal(record, parts_), std::move(leftOut_), false};
    }

private:
    std::vector<audit::SealedPart> parts_;
    std::vector<std::string> leftOut_;
    std::size_t size_ = 0;
};

} // namespace

std::vector<audit::ReceivedInput> receivedInputs(std::string_view body,
                                                 std::span<fhir::Input const> inputs,
                                                 config::InputDigest kind,
                                                 audit::ServerPseudonyms& pseudonyms)
{
    if (kind == config::InputDigest::Off) return {};
    auto const values = cds::rawPrefetch(body);
    std::vector<audit::ReceivedInput> received;
    received.reserve(values.size());
    auto value = values.begin();
    for (auto const& input : inputs) {
        if (input.via != "prefetch" || value == values.end()) continue;
        if (kind == config::InputDigest::Hmac)
            received.push_back({input.key, {}, pseudonyms.ofParts(*value)});
        else
            received.push_back({input.key, audit::sha256(*value), {}});
        ++value;
    }
    return received;
}

audit::Sealed sealCall(audit::SealKey const& key, std::string_view tenant,
                       std::string_view decisionId, CallTexts texts)
{
    if (texts.hasToken) cds::blankAccessToken(texts.body);
    Parts parts;
    parts.add("request", texts.body);
    parts.add("answer", texts.answer);
    std::vector<std::string> names; // live as long as the parts
    names.reserve(texts.fetched.size());
    for (auto const& fetched : texts.fetched)
        parts.add(names.emplace_back("fetched/" + fetched.key), fetched.text);
    auto sealed = parts.sealed(key, {tenant, "decision", decisionId});
    sealed.tokenBlanked = texts.hasToken;
    return sealed;
}

std::optional<audit::Sealed> sealFeedback(audit::SealKey const& key, std::string_view tenant,
                                          cds::Feedback const& item, Instant receivedAt)
{
    if (item.comment.empty() && item.reasonDisplay.empty()) return std::nullopt;
    Parts parts;
    if (!item.comment.empty()) parts.add("comment", item.comment);
    if (!item.reasonDisplay.empty()) parts.add("reason", item.reasonDisplay);
    return parts.sealed(key, {tenant, "feedback", item.card + " " + toText(receivedAt)});
}

} // namespace tcds::app
