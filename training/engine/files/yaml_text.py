"""YAML from outside, read with bounds and as it is written.

What a person wrote stays what it is: `016` is not 14, `1:30` not 90, `no` not false, a date not a
date but text. The schema knows what each key must be. Aliases are refused, since a few lines of
them stand for gigabytes, and so is what is too long, too deep or has too many entries.
"""

import yaml

MOST_LETTERS = 256_000
MOST_BYTES = 4 * MOST_LETTERS + 3  # with a byte-order mark
MOST_ENTRIES = 4_000
MOST_DEPTH = 12


class YamlFault(ValueError):
    """Text that is not the YAML we read. line: from 1. reason: in a few words."""

    def __init__(self, reason: str, line: int = 1):
        self.reason, self.line = reason, line
        super().__init__(f"line {line}: {reason}")


class DuplicateKey(YamlFault):
    """A key given twice. key: as it was written."""

    def __init__(self, key: str, line: int):
        self.key = key
        super().__init__(f"it names “{key}” twice", line)


def read_yaml(text: str, most_entries: int = MOST_ENTRIES):
    """The value of one YAML document: tables, lists, texts and None. Raises YamlFault.

    Texts are as written, numbers and words like “yes” too. Keys of tables are texts.
    most_entries: keys, values and items in all.
    """
    if len(text) > MOST_LETTERS:
        raise YamlFault(f"it has {len(text)} letters; {MOST_LETTERS} are the most")
    try:
        _check_bounds(text, most_entries)
        return yaml.load(text, Loader=_PlainLoader)
    except YamlFault:
        raise
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
        raise YamlFault(short(reason), mark.line + 1 if mark else 1) from error
    except (ValueError, RecursionError) as error:
        raise YamlFault(short(str(error) or "it is nested too deep")) from error


def short(value, most: int = 80) -> str:
    """A value as messages show it: its first letters where there are many."""
    text = str(value)
    return text if len(text) <= most else text[: most - 1] + "…"


def _check_bounds(text: str, most_entries: int) -> None:
    """Walk over the text's events, of which each is made as it is asked for, and stop early."""
    depth = entries = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise YamlFault(f"*{short(event.anchor)} stands for another place; write it out", line)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        entries += isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent)
        if depth > MOST_DEPTH:
            raise YamlFault(f"it is nested more than {MOST_DEPTH} deep", line)
        if entries > most_entries:
            raise YamlFault(f"it has more than {most_entries} entries", line)


class _PlainLoader(yaml.SafeLoader):
    """SafeLoader that knows texts, lists, tables and null, and refuses a key given twice."""

    yaml_implicit_resolvers = {
        first: [pair for pair in pairs if pair[0] == "tag:yaml.org,2002:null"]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node, deep=False):
        table = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise YamlFault("a key must be a word", line)
            if key_node.value in table:
                raise DuplicateKey(short(key_node.value), line)
            table[key_node.value] = self.construct_object(value_node, deep=True)
        return table

    def construct_object(self, node, deep=False):
        if node.tag not in _TAGS:
            line = node.start_mark.line + 1
            raise YamlFault(f"the tag {short(node.tag)} is not read; write the value alone", line)
        return super().construct_object(node, deep)


_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("null", "str", "seq", "map")}
_TAGS |= {f"tag:yaml.org,2002:{name}" for name in ("int", "float", "bool", "timestamp")}


def _as_written(loader, node) -> str:
    return loader.construct_scalar(node)


def _table(loader, node) -> dict:
    return loader.construct_mapping(node, deep=True)


for _tag in _TAGS - {f"tag:yaml.org,2002:{name}" for name in ("null", "seq", "map")}:
    _PlainLoader.add_constructor(_tag, _as_written)
_PlainLoader.add_constructor("tag:yaml.org,2002:map", _table)
