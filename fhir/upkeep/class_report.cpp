#include "fhir/upkeep/class_report.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <unordered_map>

namespace tcds::upkeep {

namespace {

constexpr std::size_t kNamed = 5;         // of products gained, in text
constexpr std::size_t kRetiredNamed = 20; // of retired products, in text

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void text(Writer& json, std::string_view value)
{
    json.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

void texts(Writer& json, char const* key, std::vector<std::string> const& values)
{
    json.Key(key);
    json.StartArray();
    for (auto const& value : values) text(json, value);
    json.EndArray();
}

std::string joined(std::vector<std::string> const& parts)
{
    std::string all;
    for (auto const& part : parts) all.append(all.empty() ? "" : ", ").append(part);
    return all;
}

std::string joined(std::vector<std::uint32_t> const& numbers)
{
    std::string all;
    for (auto const number : numbers)
        all.append(all.empty() ? "" : ", ").append(std::to_string(number));
    return all;
}

void products(Writer& json, char const* key, std::vector<ProductChange> const& all,
              char const* beside)
{
    json.Key(key);
    json.StartArray();
    for (auto const& each : all) {
        json.StartObject();
        json.Key("rxcui");
        json.Uint(each.rxcui);
        json.Key("name");
        text(json, each.name);
        if (beside != nullptr) texts(json, beside, each.classes);
        json.EndObject();
    }
    json.EndArray();
}

void classes(Writer& json, std::vector<ClassChange> const& changes)
{
    json.Key("classes");
    json.StartArray();
    for (auto const& change : changes) {
        json.StartObject();
        json.Key("name");
        text(json, change.name);
        json.Key("title");
        text(json, change.title);
        json.Key("change");
        text(json, change.added ? "added" : change.removed ? "removed" : "changed");
        texts(json, "membersGained", change.membersGained);
        texts(json, "membersLost", change.membersLost);
        products(json, "gained", change.gained, nullptr);
        products(json, "lost", change.lost, nullptr);
        products(json, "movedIn", change.movedIn, "from");
        products(json, "movedOut", change.movedOut, "to");
        products(json, "rerouted", change.rerouted, "routes");
        json.EndObject();
    }
    json.EndArray();
}

void retired(Writer& json, std::vector<RetiredInClasses> const& all)
{
    json.Key("retired");
    json.StartArray();
    for (auto const& each : all) {
        json.StartObject();
        json.Key("rxcui");
        json.Uint(each.what.rxcui);
        json.Key("name");
        text(json, each.what.name);
        json.Key("kind");
        text(json, each.what.ingredient ? "ingredient" : "product");
        json.Key("successors");
        json.StartArray();
        for (auto const number : each.what.successors) json.Uint(number);
        json.EndArray();
        texts(json, "classes", each.classes);
        json.EndObject();
    }
    json.EndArray();
}

void print(std::string_view what, std::vector<ProductChange> const& all, std::string_view beside,
           std::size_t most, std::ostream& out)
{
    if (all.empty()) return;
    out << "  " << what << ' ' << all.size() << (all.size() == 1 ? " product\n" : " products\n");
    for (std::size_t i = 0; i < all.size() && i < most; ++i) {
        out << "    " << all[i].rxcui << ' ' << all[i].name;
        if (!beside.empty()) out << " (" << beside << ' ' << joined(all[i].classes) << ')';
        out << '\n';
    }
    if (all.size() > most) out << "    and " << all.size() - most << " more\n";
}

} // namespace

std::vector<RetiredInClasses> withClasses(std::vector<Retired> const& retired,
                                          TermsState const& before)
{
    auto const& terms = before.terms;
    std::unordered_map<std::uint32_t, std::vector<IngredientId>> parts;
    for (auto const& product : before.products)
        parts[product.rxcui] = ingredientsOf(before, product);
    std::vector<RetiredInClasses> all;
    for (auto const& each : retired) {
        SetBits bits;
        if (each.ingredient) {
            if (auto const id = terms.ingredientNamed(each.name); id.known())
                bits = terms.classesOf(id);
        } else if (auto const found = parts.find(each.rxcui); found != parts.end()) {
            for (auto const id : found->second) bits.addAll(terms.classesOf(id));
        }
        RetiredInClasses entry{each, {}};
        bits.forEach([&](SetId id) { entry.classes.push_back(terms.set(id).name); });
        std::ranges::sort(entry.classes);
        all.push_back(std::move(entry));
    }
    return all;
}

void print(std::vector<ClassChange> const& changes, std::ostream& out)
{
    constexpr auto kAll = static_cast<std::size_t>(-1);
    for (auto const& change : changes) {
        out << change.name << " (" << change.title << ')'
            << (change.added     ? ": new"
                : change.removed ? ": gone"
                                 : "")
            << '\n';
        for (auto const& member : change.membersGained) out << "  + " << member << '\n';
        for (auto const& member : change.membersLost) out << "  - " << member << '\n';
        print("gained", change.gained, "", kNamed, out);
        print("lost", change.lost, "", kAll, out);
        print("moved in", change.movedIn, "from", kAll, out);
        print("moved out", change.movedOut, "to", kAll, out);
        print("other route", change.rerouted, "routes before and now:", kAll, out);
    }
    out << changes.size()
        << (changes.size() == 1 ? " value set differs\n" : " value sets differ\n");
}

void print(ImportReport const& report, std::ostream& out)
{
    out << "release: " << (report.version.empty() ? "version not stated" : report.version)
        << (report.subset ? ", without history of numbers" : "") << '\n'
        << "products: " << report.products << " (before: " << report.before << "); " << report.kept
        << " kept that the release does not name; " << report.forAnimals
        << " for animals left out\n"
        << "ingredients: " << report.numbered.size() << " got a number"
        << (report.numbered.empty() ? "" : " (" + joined(report.numbered) + ")") << ", "
        << report.salts << " new salts\n";
    for (auto const& each : report.retired) {
        if (!each.what.ingredient) continue;
        out << "retired ingredient: " << each.what.name << ' ' << each.what.rxcui << ", "
            << (each.what.successors.empty() ? std::string{"no successor"}
                                             : "now " + joined(each.what.successors))
            << "; in " << (each.classes.empty() ? std::string{"no class"} : joined(each.classes))
            << '\n';
    }
    auto const retired = std::ranges::count_if(
        report.retired, [](auto const& each) { return !each.what.ingredient; });
    out << "retired products: " << retired << '\n';
    std::size_t named = 0;
    for (auto const& each : report.retired) {
        if (each.what.ingredient || ++named > kRetiredNamed) continue;
        out << "  " << each.what.rxcui << ' ' << each.what.name
            << (each.what.successors.empty() ? "" : ", now " + joined(each.what.successors))
            << (each.classes.empty() ? "" : "; in " + joined(each.classes)) << '\n';
    }
    if (named > kRetiredNamed)
        out << "  and " << named - kRetiredNamed << " more: --format json lists all\n";
    print(report.classes, out);
}

std::string toJson(std::vector<ClassChange> const& changes)
{
    rapidjson::StringBuffer buffer;
    Writer json{buffer};
    json.StartObject();
    classes(json, changes);
    json.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

std::string toJson(ImportReport const& report)
{
    rapidjson::StringBuffer buffer;
    Writer json{buffer};
    json.StartObject();
    json.Key("release");
    text(json, report.version);
    json.Key("subset");
    json.Bool(report.subset);
    json.Key("tables");
    json.StartObject();
    for (auto const& [key, count] :
         {std::pair{"products", report.products}, std::pair{"productsBefore", report.before},
          std::pair{"kept", report.kept}, std::pair{"forAnimals", report.forAnimals},
          std::pair{"newSalts", report.salts}}) {
        json.Key(key);
        json.Uint64(count);
    }
    texts(json, "numbered", report.numbered);
    json.EndObject();
    retired(json, report.retired);
    classes(json, report.classes);
    json.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

} // namespace tcds::upkeep
