"""What is wrong with settings: of a configuration, of a command, of this installation."""

from training.engine.fault_reasons import gettext_noop, ngettext_noop

SENTENCES: dict[str, str] = {
    "several-faults": gettext_noop("There are {count} faults to mend first: {summary}"),
    "config-not-yaml": gettext_noop(
        "The configuration {name} is not readable YAML (line {line}): {reason}. "
        "Write one “key: value” per line."
    ),
    "config-not-mapping": gettext_noop(
        "The configuration {name} must be a list of “key: value” lines."
    ),
    "config-missing-file": gettext_noop(
        "The configuration file {path} does not exist. Check the path after --config."
    ),
    "config-unknown-key": gettext_noop(
        "The configuration has no key “{key}”. Did you mean “{nearest}”?"
    ),
    "config-unknown-more": ngettext_noop(
        "The configuration has {count} further key that is unknown. Is it a run's YAML?",
        "The configuration has {count} further keys that are unknown. Is it a run's YAML?",
        "count",
    ),
    "config-duplicate-key": gettext_noop(
        "The configuration names “{key}” twice. Keep one of the two lines."
    ),
    "config-missing-key": gettext_noop("The configuration lacks “{key}”. Add the line “{key}: …”."),
    "config-not-whole": gettext_noop("“{key}” must be a whole number, not “{value}”."),
    "config-not-number": gettext_noop("“{key}” must be a number, not “{value}”."),
    "config-not-switch": gettext_noop("“{key}” must be true or false, not “{value}”."),
    "config-not-text": gettext_noop("“{key}” must be text, not “{value}”."),
    "config-not-path": gettext_noop("“{key}” must be a path, not “{value}”."),
    "config-not-texts": gettext_noop("“{key}” must be a list of texts, not “{value}”."),
    "config-not-modules": gettext_noop(
        "“{key}” must be a set's name or a list of module names, not “{value}”."
    ),
    "config-out-of-range": gettext_noop(
        "“{key}” is {value}; it must lie between {minimum} and {maximum}."
    ),
    "config-not-a-choice": gettext_noop("“{key}” is “{value}”; choose one of: {choices}."),
    "early-stop-blind": gettext_noop(
        "“{key}” has nothing to judge by. Hold pictures back (validation_share), or give "
        "sample_prompts."
    ),
    "trigger-words-bad": gettext_noop(
        "“{key}” can't be “{words}”: {reason}. Write words as they stand in a prompt, "
        "such as lnink."
    ),
    "setting-out-of-range": gettext_noop(
        "{setting} is {value}; it must lie between {minimum} and {maximum}."
    ),
    "option-without-option": gettext_noop(
        "{option} acts only with {needed}. Add {needed}, or take {option} away."
    ),
    "setting-unknown": gettext_noop("{setting} is “{value}”; choose one of: {choices}."),
    "package-missing": gettext_noop(
        "{feature} needs the package “{package}”. Install it, or choose another {setting}."
    ),
    "device-missing": gettext_noop(
        "The device “{device}” is not there. Use “cpu”, or leave it out."
    ),
}
