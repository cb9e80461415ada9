"""The README's commands can be followed in order, on a fresh clone, in both languages."""

import re
import shlex

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands, load_command_class

MADE_BY = {"--output"}  # options whose path is there afterwards
NEEDED_BY = {"--input", "--config", "--lora-dir", "--init-image"}


def commands_of(name):
    """(the YAML that is written, [words of each manage.py line]) of a README's long block."""
    text = (settings.ROOT / name).read_text(encoding="utf-8")
    [block] = [
        block for block in re.findall(r"```sh\n(.*?)```", text, re.S) if "train_lora" in block
    ]
    document = re.search(r"<<'YAML'\n(.*?)\nYAML\n", block, re.S)
    lines = block.replace(document[0], "\n").replace("\\\n", " ").splitlines()
    manage = [shlex.split(line, comments=True) for line in lines if "manage.py" in line]
    return yaml.safe_load(document[1]), [words[2:] for words in manage]


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_every_command_is_one_and_finds_what_an_earlier_one_made(name):
    run, commands = commands_of(name)
    made = {"run.yaml"}

    assert run["train_data_dir"] == "./data/gba_culture"
    for command, *words in commands:
        load_command_class(get_commands()[command], command).create_parser(
            "manage.py", command
        ).parse_args(words)
        options = dict(zip(words, words[1:], strict=False))
        needed = [options[option] for option in NEEDED_BY & options.keys()]
        if command == "train_lora":
            needed += [run["train_data_dir"], run["metadata_path"]]
        needed += [word for word in words if word.endswith(".safetensors")]
        for path in needed:
            assert any(path == there or path.startswith(f"{there}/") for there in made), path
        made |= {options[option] for option in MADE_BY & options.keys()}
        made |= {run["output_dir"]} if command == "train_lora" else set()


def test_both_languages_give_the_same_commands():
    assert commands_of("README.md") == commands_of("README.zh.md")
