#pragma once

#include "fhir/base/json.hpp"

#include <initializer_list>
#include <set>
#include <string>
#include <string_view>

// How records are written for people: rows of a label and a text, headings, items. What a page does
// not phrase itself stands at its end as it is, so that nothing of a record stays hidden. Texts of
// a record may be anything: no control character reaches a terminal.

namespace tcds::audit {

/// "a, b, c" of an array, "name value, name value" of an object, else the value itself.
std::string flat(json::Value const& value);

/// "before" + text + "after", or nothing without the text.
std::string around(std::string_view before, std::string const& text, std::string_view after = {});

/// The text or number at these names, "" when there is none.
std::string at(json::Value const& object, std::initializer_list<std::string_view> names);

class Page
{
public:
    /// Begins with what all records have in common.
    explicit Page(json::Value const& record);

    /// "user        PractitionerRole/x"; nothing for an empty text.
    Page& row(std::string_view label, std::string_view text);
    /// A member under its own name.
    Page& member(std::string_view name) { return member(name, name); }
    Page& member(std::string_view name, std::string_view label);
    Page& heading(std::string_view text);
    /// One line or several under a heading.
    Page& item(std::string_view text);

    /// What stands at these names; the first of them counts as shown.
    std::string at(std::initializer_list<std::string_view> names);
    /// An array or object that is shown now; nullptr when absent.
    json::Value const* part(std::string_view name);
    [[nodiscard]] json::Value const& record() const { return record_; }

    /// The page, with what was not shown yet and the place in the chain.
    [[nodiscard]] std::string take();

private:
    json::Value const& record_;
    std::set<std::string_view> shown_;
    std::string text_;
};

} // namespace tcds::audit
