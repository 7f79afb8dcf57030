#include "server/cds/raw_prefetch.hpp"

#include "fhir/base/json.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

namespace tcds::cds {

namespace {

/// Whether a name as written, which may have escapes, is this one.
bool isNamed(std::string_view written, std::string_view name)
{
    if (written.find('\\') == std::string_view::npos) return written == name;
    auto const read = json::Document::parse("[\"" + std::string{written} + "\"]");
    auto const names = read ? json::items(&read->root()) : std::span<json::Value const>{};
    return names.size() == 1 && json::text(names.data()) == name;
}

bool isBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Walks over JSON that a parser has found good already: sees no faults, only where things end.
class Walk
{
public:
    explicit Walk(std::string_view text) : text_{text} {}

    /// Calls each(name, value) for the members of the object that stands here; the name as written,
    /// without quotes.
    template <class Each>
    void members(Each const& each)
    {
        if (!takes('{')) return;
        while (at_ < text_.size() && !takes('}')) {
            auto name = value();
            if (name.size() < 2) return;
            name = name.substr(1, name.size() - 2);
            if (!takes(':')) return;
            each(name, value());
            takes(',');
        }
    }

    /// The whole value that stands here.
    std::string_view value()
    {
        blanks();
        auto const begin = at_;
        std::size_t depth = 0;
        do {
            auto const c = at_ < text_.size() ? text_[at_] : ']';
            if (c == '"')
                string();
            else if (c == '{' || c == '[')
                ++depth, ++at_;
            else if ((c == '}' || c == ']') && depth > 0)
                --depth, ++at_;
            else if (depth == 0)
                word();
            else
                ++at_;
        } while (depth > 0 && at_ < text_.size());
        return text_.substr(begin, at_ - begin);
    }

private:
    void blanks()
    {
        while (at_ < text_.size() && isBlank(text_[at_])) ++at_;
    }
    bool takes(char c)
    {
        blanks();
        if (at_ >= text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    void string()
    {
        for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_)
            if (text_[at_] == '\\') ++at_;
        at_ = std::min(at_ + 1, text_.size());
    }
    /// A number, true, false or null.
    void word()
    {
        constexpr std::string_view kEnds = ",:]} \t\r\n";
        auto const end = text_.find_first_of(kEnds, at_);
        at_ = std::min(std::max(end, at_), text_.size());
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

} // namespace

std::vector<std::string_view> rawPrefetch(std::string_view body)
{
    std::vector<std::string_view> values;
    Walk{body}.members([&](std::string_view name, std::string_view value) {
        if (!isNamed(name, "prefetch")) return;
        Walk{value}.members(
            [&](std::string_view, std::string_view each) { values.push_back(each); });
    });
    return values;
}

void blankAccessToken(std::string& body)
{
    Walk{body}.members([&](std::string_view name, std::string_view value) {
        if (!isNamed(name, "fhirAuthorization")) return;
        Walk{value}.members([&](std::string_view member, std::string_view token) {
            if (!isNamed(member, "access_token") || token.size() < 2) return;
            auto const at = static_cast<std::size_t>(token.data() - body.data()) + 1;
            std::fill_n(body.begin() + static_cast<std::ptrdiff_t>(at), token.size() - 2, '*');
        });
    });
}

} // namespace tcds::cds
