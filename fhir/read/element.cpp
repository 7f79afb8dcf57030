#include "fhir/read/element.hpp"

#include "fhir/terms/terminology.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace tcds::fhir {

Members::Members(Value const& object) : object_{&object}
{
    if (!object.IsObject()) return;
    large_ = object.MemberCount() > kMost;
    if (large_ || object.ObjectEmpty()) return;
    first_ = &*object.MemberBegin();
    for (std::uint8_t place = 0; place < object.MemberCount(); ++place) {
        auto const& member = first_[place];
        if (member.value.IsNull()) continue;
        auto at = slotOf(nameOf(member));
        while (slots_[at] != 0) at = (at + 1) % kSlots;
        slots_[at] = static_cast<std::uint8_t>(place + 1);
    }
}

CodingView codingView(Value const& coding)
{
    CodingView view;
    for (auto const& member : coding.GetObject()) {
        std::string_view const name{member.name.GetString(), member.name.GetStringLength()};
        auto* part = name == "code"      ? &view.code
                     : name == "system"  ? &view.system
                     : name == "display" ? &view.display
                                         : nullptr;
        if (part != nullptr) *part = json::text(&member.value).value_or(std::string_view{});
    }
    return view;
}

void addCoding(CodingView const& view, std::vector<Coding>& codings)
{
    if (view.code.empty()) return;
    codings.push_back(Coding{std::string{terms::Terminology::canonicalSystem(view.system)},
                             std::string{view.code}, std::string{view.display}});
}

std::vector<Coding> codingsOf(Value const* concept_)
{
    std::vector<Coding> codings;
    forEachCoding(concept_, [&codings](CodingView const& view) { addCoding(view, codings); });
    return codings;
}

std::string_view conceptText(Value const* concept_)
{
    for (auto const& one : json::items(concept_)) {
        if (auto const plain = json::text(&one)) return *plain;
        if (auto const text = json::textOf(one, "text"); !text.empty()) return text;
    }
    return {};
}

bool hasCode(Value const* concept_, std::string_view code)
{
    for (auto const& one : json::items(concept_))
        if (json::text(&one) == code) return true;
    bool found = false;
    forEachCoding(concept_, [&](CodingView const& view) { found = found || view.code == code; });
    return found;
}

std::string_view firstCode(Value const* concept_)
{
    for (auto const& one : json::items(concept_))
        if (auto const plain = json::text(&one)) return *plain;
    std::string_view code;
    forEachCoding(concept_, [&](CodingView const& view) {
        if (code.empty()) code = view.code;
    });
    return code;
}

Value const* conceptOf(Value const* value)
{
    auto const* inner = json::child(value, "concept");
    return inner != nullptr ? inner : value;
}

Value const* referenceOf(Value const* value)
{
    auto const* inner = json::child(value, "reference");
    return inner != nullptr && inner->IsObject() ? inner : value;
}

Value const* anyOf(Value const& object, std::initializer_list<std::string_view> names)
{
    for (auto const name : names)
        if (auto const* found = json::child(object, name)) return found;
    return nullptr;
}

Target targetOf(std::string_view reference)
{
    Target target;
    target.url = reference;
    if (reference.empty()) return target;
    if (reference.front() == '#') {
        target.contained = true;
        target.id = reference.substr(1);
        return target;
    }
    if (reference.starts_with("urn:")) return target;
    auto path = reference.substr(0, reference.find_first_of("?#"));
    if (auto const history = path.find("/_history/"); history != std::string_view::npos)
        path = path.substr(0, history);
    auto const slash = path.rfind('/');
    if (slash == std::string_view::npos) {
        target.id = path;
        return target;
    }
    target.id = path.substr(slash + 1);
    auto const rest = path.substr(0, slash);
    auto const before = rest.rfind('/');
    target.type = before == std::string_view::npos ? rest : rest.substr(before + 1);
    return target;
}

namespace {

char lowered(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

} // namespace

std::string lower(std::string_view text)
{
    std::string result{text};
    std::transform(result.begin(), result.end(), result.begin(), lowered);
    return result;
}

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view kBlank = " \t\r\n\f\v";
    auto const first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

bool containsAnyCase(std::string_view text, std::string_view word)
{
    return std::search(text.begin(), text.end(), word.begin(), word.end(),
                       [](char a, char b) { return lowered(a) == b; }) != text.end();
}

TimeSpan dayOf(Instant at, int zoneMinutes)
{
    auto const zone = std::chrono::minutes{zoneMinutes};
    Instant const from = std::chrono::floor<std::chrono::days>(at + zone) - zone;
    return TimeSpan{from, from + std::chrono::hours{24} - std::chrono::milliseconds{1},
                    Precision::Day, toDay(at + zone)};
}

std::optional<int> wholeNumber(Value const* number, int most)
{
    auto const value = json::decimal(number);
    if (!value) return std::nullopt;
    if (*value > Decimal{most, 0} || *value < Decimal{-most, 0}) return std::nullopt;
    auto const whole = value->rounded(0);
    if (whole != *value) return std::nullopt;
    auto const digits = whole.text();
    int result = 0;
    auto const [end, failed] =
        std::from_chars(digits.data(), digits.data() + digits.size(), result);
    if (failed != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return result;
}

std::optional<Duration> durationOf(Value const* quantity)
{
    using Unit = Duration::Unit;
    constexpr std::array<std::pair<std::string_view, Unit>, 22> kUnits{{
        {"h", Unit::Hour},       {"hr", Unit::Hour},    {"hour", Unit::Hour},
        {"hours", Unit::Hour},   {"d", Unit::Day},      {"day", Unit::Day},
        {"days", Unit::Day},     {"wk", Unit::Week},    {"week", Unit::Week},
        {"weeks", Unit::Week},   {"mo", Unit::Month},   {"month", Unit::Month},
        {"months", Unit::Month}, {"a", Unit::Year},     {"yr", Unit::Year},
        {"year", Unit::Year},    {"years", Unit::Year}, {"y", Unit::Year},
        {"yrs", Unit::Year},     {"hrs", Unit::Hour},   {"w", Unit::Week},
        {"Day", Unit::Day},
    }};
    if (quantity == nullptr || !quantity->IsObject()) return std::nullopt;
    constexpr int kLongest = 100'000; // days; longer ones would leave the calendar
    auto const count = wholeNumber(json::child(*quantity, "value"), kLongest);
    if (!count || *count < 0) return std::nullopt;
    for (auto const member : {"code", "unit"}) {
        auto const unit = json::textOf(*quantity, member);
        for (auto const& [name, known] : kUnits)
            if (name == unit) return Duration{*count, known};
    }
    return std::nullopt;
}

} // namespace tcds::fhir
