// Mutates JSON as JSON: two times out of three a value is moved, copied, dropped or changed in
// place, so that most inputs get past the parser and reach what reads FHIR.

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* bytes, std::size_t size, std::size_t most);

namespace {

using rapidjson::Document;
using rapidjson::SizeType;
using rapidjson::Value;

constexpr std::size_t kDeepest = 60; // the writer recurses; deeper inputs are mutated as bytes
constexpr std::size_t kLongestText = 400;

class Mutation
{
public:
    Mutation(Document& document, unsigned seed) : document_{document}, random_{seed} {}

    /// @return false when the document is too deep or has no value to change
    bool apply()
    {
        if (!collect(document_, 0) || values_.size() < 2) return false;
        auto& target = *values_[1 + pick(values_.size() - 1)]; // never the root
        switch (pick(6)) {
        case 0:
            copyOver(target, *values_[pick(values_.size())]);
            break;
        case 1:
            target.Swap(*values_[1 + pick(values_.size() - 1)]);
            break;
        case 2:
            dropFrom(container());
            break;
        case 3:
            repeatIn(container());
            break;
        case 4:
            replaceByPlain(target);
            break;
        default:
            changeText(target);
            break;
        }
        return true;
    }

private:
    std::size_t pick(std::size_t below) { return random_() % below; }
    Document::AllocatorType& allocator() { return document_.GetAllocator(); }

    bool collect(Value& value, std::size_t depth)
    {
        if (depth > kDeepest) return false;
        values_.push_back(&value);
        if (value.IsArray() || value.IsObject()) containers_.push_back(&value);
        auto good = true;
        if (value.IsArray())
            for (auto& element : value.GetArray()) good = good && collect(element, depth + 1);
        if (value.IsObject())
            for (auto member = value.MemberBegin(), end = value.MemberEnd(); member - end != 0;
                 ++member)
                good = good && collect(member->value, depth + 1);
        return good;
    }

    void copyOver(Value& target, Value const& source)
    {
        if (&target != &source) target.CopyFrom(source, allocator());
    }

    Value& container() { return *containers_[pick(containers_.size())]; }

    void dropFrom(Value& parent)
    {
        if (parent.IsArray() && !parent.Empty()) parent.Erase(parent.Begin() + pick(parent.Size()));
        if (parent.IsObject() && !parent.ObjectEmpty())
            parent.EraseMember(parent.MemberBegin() +
                               static_cast<std::ptrdiff_t>(pick(parent.MemberCount())));
    }

    void repeatIn(Value& parent)
    {
        if (!parent.IsArray() || parent.Empty()) return;
        Value copy{parent[static_cast<SizeType>(pick(parent.Size()))], allocator()};
        parent.PushBack(copy, allocator());
    }

    void replaceByPlain(Value& target)
    {
        switch (pick(6)) {
        case 0:
            target.SetNull();
            break;
        case 1:
            target.SetBool(pick(2) == 0);
            break;
        case 2:
            target.SetObject();
            break;
        case 3:
            target.SetArray();
            break;
        case 4:
            target.SetString("");
            break;
        default:
            target.SetDouble(static_cast<double>(pick(100'000)) / 1000.0 - 10.0);
            break;
        }
    }

    void changeText(Value& target)
    {
        std::array<std::uint8_t, kLongestText> text{};
        std::size_t size = 0;
        if (target.IsString()) {
            size = std::min<std::size_t>(target.GetStringLength(), kLongestText / 2);
            std::memcpy(text.data(), target.GetString(), size);
        }
        size = LLVMFuzzerMutate(text.data(), size, text.size());
        target.SetString(reinterpret_cast<char const*>(text.data()), static_cast<SizeType>(size),
                         allocator());
    }

    Document& document_;
    std::minstd_rand random_;
    std::vector<Value*> values_;
    std::vector<Value*> containers_;
};

/// The text after one change; nothing when it was no JSON to begin with.
std::optional<std::string> mutated(std::string_view text, unsigned seed)
{
    Document document;
    document.Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
    if (document.HasParseError() || !Mutation{document, seed}.apply()) return std::nullopt;
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer{buffer};
    document.Accept(writer);
    return std::string{buffer.GetString(), buffer.GetSize()};
}

} // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* bytes, std::size_t size,
                                               std::size_t most, unsigned seed)
{
    if (seed % 3 != 0) {
        auto const text = mutated({reinterpret_cast<char const*>(bytes), size}, seed / 3);
        if (text && text->size() <= most) {
            std::memcpy(bytes, text->data(), text->size());
            return text->size();
        }
    }
    return LLVMFuzzerMutate(bytes, size, most);
}
