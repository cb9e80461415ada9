"""YAML from outside: read as it is written, within bounds, and refused in one short sentence."""

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.engine.base import base_models
from training.engine.config.run_config import RunConfig
from training.engine.data import labelers
from training.engine.errors import EngineError, each_fault
from training.engine.files.safetensors_header import is_pickle, read_header
from training.engine.files.yaml_text import YamlFault, read_yaml
from training.engine.lora import weight_files
from training.engine.train import run_state

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{this}: &{this} [{','.join(['*' + before] * 9)}]\n"
    for before, this in zip("abcdefgh", "bcdefghi", strict=True)
)

ODD = {
    "alias bomb": BOMB,
    "alias of itself": "epochs: &a [*a]",
    "merged alias": "a: &a {epochs: 1}\nb:\n  <<: *a",
    "deep lists": "epochs: " + "[" * 20_000,
    "deep tables": "epochs: " + "{a: " * 20_000,
    "deep dashes": "- " * 20_000,
    "deep keys": "? " * 20_000,
    "many entries": "sample_prompts:\n" + "- x\n" * 100_000,
    "long": "epochs: " + "1" * 2_000_000,
    "twice": "epochs: 1\nepochs: 2",
    "python tag": "epochs: !!python/object/apply:os.system [ls]",
    "own tag": "epochs: !x 5",
    "binary tag": "epochs: !!binary x",
    "set tag": "epochs: !!set {a, b}",
    "table as a key": "? {a: 1}\n: 2",
    "list as a key": "? [a]\n: 2",
    "NUL": "epochs: \0",
    "two documents": "epochs: 1\n---\nepochs: 2",
    "tab": "epochs:\n\t- 1",
    "a text": "just words",
    "a list": "- 1",
    "half a character": "epochs: \ud800",
    "unknown anchor": "epochs: *nobody",
    "percent": "%",
}


def refusal(text):
    with pytest.raises(EngineError) as caught:
        RunConfig.from_yaml(text)
    return caught.value


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_odd_yaml_is_one_short_sentence(text):
    error = refusal(text)

    assert error.code in ("config-not-yaml", "config-duplicate-key", "config-not-mapping")
    assert len(json.dumps(error.to_json())) < 1_000


@given(st.text(max_size=300) | st.text("[]{}:,*&!-?%@'\"\n \tab0", max_size=80))
def test_any_text_is_read_or_refused(text):
    with pytest.raises(EngineError):
        RunConfig.from_yaml(text)


def test_four_thousand_unknown_keys_are_told_in_a_few_faults():
    error = refusal("".join(f"key{i}: 1\n" for i in range(1_900)))

    assert len(each_fault(error)) < 40
    assert [fault.code for fault in each_fault(error)].count("config-unknown-key") == 20
    assert refusal("".join(f"key{i}: 1\n" for i in range(4_000))).code == "config-not-yaml"


@pytest.mark.parametrize(
    "value", ["9" * 5_000, "-" + "9" * 400, "1e999", "²", "x" * 90_000, "[1, 2]", "{a: 1}", ".inf"]
)
def test_impossible_number_is_named_in_a_short_sentence(value):
    error = refusal(f"epochs: {value}")

    fault = next(f for f in each_fault(error) if f.facts["key"] == "epochs")
    assert len(str(fault)) < 300


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("016", "016"),
        ("1:30", "1:30"),
        ("no", "no"),
        ("2024-01-01", "2024-01-01"),
        ("1_000", "1_000"),
        ("0x10", "0x10"),
        ("'a'", "a"),
        ("~", None),
        ("", None),
    ],
)
def test_value_stays_as_it_was_written(text, value):
    assert read_yaml(f"key: {text}") == {"key": value}


def test_numbers_words_and_texts_become_what_the_schema_says():
    needed = "train_data_dir: d\nmetadata_path: m\nbase_model: b\noutput_dir: 2024-01-01\n"
    config = RunConfig.from_yaml(
        needed + "lora_rank: 016\nepochs: 3.0\nflip: yes\nlearning_rate: 2e-4\n"
        "trigger_words: 007\nauthor: on\nseed: 4294967295\n"
    )

    assert (config.lora_rank, config.epochs, config.flip) == (16, 3, True)
    assert (config.trigger_words, config.author, config.name) == ("007", "on", "2024-01-01")
    assert config.seed == 4294967295
    assert RunConfig.from_yaml(config.to_yaml()) == config


@pytest.mark.parametrize(
    "text", [BOMB, "[" * 9_000, "groups: 5", "", "groups: [{name: a, terms: ²}]"]
)
def test_odd_vocabulary_is_refused_in_one_sentence(tmp_path, text):
    (tmp_path / "v.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(EngineError) as caught:
        labelers.read_vocabulary(tmp_path / "v.yaml")

    assert caught.value.code == "vocabulary-bad"
    assert len(str(caught.value)) < 300


def test_entries_are_counted_while_the_text_is_walked():
    with pytest.raises(YamlFault, match="more than 10 entries"):
        read_yaml("[" + "x," * 50 + "]", most_entries=10)


# -- headers of safetensors files ----------------------------------------------------------


def with_header(path, text, data=b""):
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    path.write_bytes(struct.pack("<Q", len(raw)) + raw + data)
    return path


CELL = '{"dtype":"F32","shape":[0],"data_offsets":[0,0]}'
HEADERS = {
    "60 MB": "{" + ",".join(f'"t{i}":{CELL}' for i in range(9)) + " " * 60_000_000 + "}",
    "many tensors": "{" + ",".join(f'"t{i}":{CELL}' for i in range(60_000)) + "}",
    "many lists": '{"a":[' + "[]," * 1_500_000 + "[]]}",
    "deep": "[" * 100_000,
    "deep table": '{"a":' * 100_000,
    "twice": f'{{"a":{CELL},"a":{CELL}}}',
    "long number": '{"a":{"dtype":"F32","shape":[' + "9" * 5_000 + '],"data_offsets":[0,0]}}',
    "large number": '{"a":{"dtype":"F32","shape":[1e400],"data_offsets":[0,0]}}',
    "many dimensions": '{"a":{"dtype":"F32","shape":[' + "1," * 5_000 + '0],"data_offsets":[0,0]}}',
    "shape is text": '{"a":{"dtype":"F32","shape":"","data_offsets":[0,0]}}',
    "true": '{"a":{"dtype":"F32","shape":[false],"data_offsets":[false,false]}}',
    "dtype is a list": '{"a":{"dtype":["F32"],"shape":[0],"data_offsets":[0,0]}}',
    "half a character": '{"\\ud800":' + CELL + "}",
    "half in the metadata": '{"__metadata__":{"a":"\\udfff"}}',
    "NaN": '{"a":NaN}',
    "null": "null",
    "list": "[]",
    "metadata is null": '{"__metadata__":null}',
    "not UTF-8": b'{"\xff":1}',
}


@pytest.mark.parametrize("text", HEADERS.values(), ids=HEADERS)
def test_odd_header_is_one_short_sentence(tmp_path, text):
    path = with_header(tmp_path / "a.safetensors", text)

    for read in (weight_files.inspect, weight_files.read, base_models.describe):
        with pytest.raises(EngineError) as caught:
            read(path)
        assert caught.value.code in ("file-not-safetensors", "base-unreadable")
        assert len(str(caught.value)) < 400


def test_header_of_384_bytes_is_no_pickle(tmp_path):
    table = f'{{"a":{CELL}}}'
    path = with_header(tmp_path / "a.safetensors", table + " " * (384 - len(table)))

    assert not is_pickle(path)
    assert list(read_header(path).tensors) == ["a"]


@pytest.mark.parametrize("name", ["state.json", "weights.safetensors", "random.safetensors"])
@pytest.mark.parametrize("text", ["[" * 100_000, "[]", "null", '{"step":' + "9" * 5_000 + "}", ""])
def test_odd_state_is_damaged_not_a_traceback(tmp_path, name, text):
    state = run_state.RunState(1, {}, {}, {}, {}, {})
    run_state.save_state(tmp_path, state)
    file = tmp_path / "step000001" / name
    if name == "state.json":
        file.write_text(text)
    else:
        with_header(file, text)

    with pytest.raises(EngineError) as caught:
        run_state.newest_state(tmp_path)

    assert caught.value.code == "resume-damaged"
