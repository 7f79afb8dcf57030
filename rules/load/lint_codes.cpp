#include "rules/load/lint_codes.hpp"

#include <array>

namespace tcds::rules {

std::span<LintCode const> lintCodes()
{
    static constexpr std::array kCodes{
        LintCode{"L01", "Unknown key or wrong type"},
        LintCode{"L02", "Id or key twice, or not that of the file"},
        LintCode{"L03", "Reference to what does not exist"},
        LintCode{"L04", "Empty value set, or class without an RxNorm member"},
        LintCode{"L05", "Unit that is unknown or cannot be converted"},
        LintCode{"L06", "Limit outside the plausible range"},
        LintCode{"L07", "Band that is never reached"},
        LintCode{"L08", "Clause that is always true, or never"},
        LintCode{"L09", "Cycle of references"},
        LintCode{"L10", "Field that does not exist, can be empty, or a summary that is too long"},
        LintCode{"L11", "Link that is not https"},
        LintCode{"L12", "Approval missing, or dates that contradict each other"},
        LintCode{"L13", "No test, or none in which the rule stays silent"},
        LintCode{"L14", "Change without a new version"},
        LintCode{"L15", "No gate"},
        LintCode{"L16", "A normal result below not"},
        LintCode{"L17", "Medicine rule without exposure"},
        LintCode{"L18", "Look at a group that is evaluated later"},
        LintCode{"L19", "Option without its companion"},
        LintCode{"L30", "Two rules, two levels for the same result", false},
        LintCode{"L31", "Gap between bands", false},
        LintCode{"L32", "Window longer than that of the analyte", false},
        LintCode{"L33", "not over what is often unknown", false},
        LintCode{"L34", "Medicine in two classes, or with a retired number", false},
        LintCode{"L35", "No citation, no grade, or evidence only recalled", false},
        LintCode{"L36", "Review overdue", false},
        LintCode{"L37", "Name that is a word of another medicine", false},
        LintCode{"L38", "Data that the prefetch does not ask for", false},
        LintCode{"L39", "Bands not in order of severity", false},
        LintCode{"L40", "Directive word in a card text", false},
        LintCode{"L41", "Accepted warning that is not found", false},
    };
    return kCodes;
}

} // namespace tcds::rules
