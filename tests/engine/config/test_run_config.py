"""The run's configuration: YAML in, the same YAML out, and every fault named."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.engine.config.keys import TARGET_PRESETS
from training.engine.config.presets import preset
from training.engine.config.run_config import RunConfig
from training.engine.config.schema import fields_schema
from training.engine.errors import EngineError, EngineErrors

ARTICLE = """\
train_data_dir: ./data/gba_culture
metadata_path: ./data/gba_culture/metadata.csv
base_model: ./models/sd-v1-5-pruned.safetensors   # or studio-mini
lora_rank: 8
lora_alpha: 16
batch_size: 4
epochs: 15
learning_rate: 2e-4
output_dir: ./output/gba_culture_lora
save_steps: 100
"""


def needed(**changes):
    return {
        "train_data_dir": "data",
        "metadata_path": "data/metadata.csv",
        "base_model": "studio-mini",
        "output_dir": "output/style",
        **changes,
    }


def test_the_articles_yaml_is_read_as_written():
    config = RunConfig.from_yaml(ARTICLE)

    assert config.learning_rate == 2e-4
    assert (config.lora_rank, config.lora_alpha) == (8, 16.0)
    assert config.seed == 0
    assert config.targets is None
    assert config.name == "gba_culture_lora"


def test_alpha_left_out_equals_the_rank():
    assert RunConfig.from_mapping(needed(lora_rank=12)).lora_alpha == 12.0


def test_unknown_key_suggests_the_nearest():
    with pytest.raises(EngineError) as caught:
        RunConfig.from_mapping(needed(lora_rnak=8))

    assert caught.value.code == "config-unknown-key"
    assert caught.value.facts == {"key": "lora_rnak", "nearest": "lora_rank"}


def test_all_faults_are_told_together():
    with pytest.raises(EngineErrors) as caught:
        RunConfig.from_yaml("batch_size: 0\nepochs: many\noptimizer: sgd\ntrain_data_dir: d\n")

    codes = [(error.code, error.facts["key"]) for error in caught.value.errors]
    assert codes == [
        ("config-missing-key", "metadata_path"),
        ("config-missing-key", "base_model"),
        ("config-missing-key", "output_dir"),
        ("config-out-of-range", "batch_size"),
        ("config-not-whole", "epochs"),
        ("config-not-a-choice", "optimizer"),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: [1", "config-not-yaml"),
        ("- a\n- b\n", "config-not-mapping"),
        ("seed: 1\nseed: 2\n", "config-duplicate-key"),
    ],
)
def test_text_that_is_no_configuration_is_refused(text, code):
    with pytest.raises(EngineError) as caught:
        RunConfig.from_yaml(text)

    assert caught.value.code == code


@pytest.mark.parametrize("value", [True, "nan", ".inf", [1], "eins", 1.5])
def test_whole_number_takes_no_other_value(value):
    with pytest.raises(EngineError) as caught:
        RunConfig.from_mapping(needed(seed=value))

    assert caught.value.code == "config-not-whole"


def test_a_config_is_checked_however_it_is_made():
    with pytest.raises(EngineError):
        RunConfig.from_mapping(needed()).replace(batch_size=0)


@pytest.mark.parametrize("written", ["~/set", "$HOME/set", "${HOME}/set"])
def test_path_may_begin_with_the_home_folder(monkeypatch, written):
    monkeypatch.setenv("HOME", "/home/mei")

    config = RunConfig.from_yaml(ARTICLE.replace("./data/gba_culture\n", f"{written}\n", 1))

    assert config.train_data_dir == "/home/mei/set"


def test_schema_tells_every_key_and_its_default():
    schema = {field.name: field for field in fields_schema()}
    config = RunConfig.from_mapping(needed())

    assert list(schema) == [field.name for field in dataclasses.fields(RunConfig)]
    assert all(field.help and field.level in ("basic", "expert") for field in schema.values())
    for name, field in schema.items():
        if not field.required and name != "lora_alpha":
            assert getattr(config, name) == field.default


# Without brackets: what looks like a style's tag is refused in prompts.
_TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Ps", "Pe", "Pi", "Pf", "Sm")), max_size=30
)


@st.composite
def mappings(draw):
    """Valid configurations, as the schema promises them."""
    values = needed()
    for field in fields_schema():
        if draw(st.booleans()):
            continue
        if field.choices and field.kind == "choice":
            values[field.name] = draw(st.sampled_from(field.choices))
        elif field.kind == "int":
            values[field.name] = draw(st.integers(int(field.minimum), int(field.maximum)))
        elif field.kind == "float":
            values[field.name] = draw(st.floats(field.minimum, field.maximum))
        elif field.kind == "bool":
            values[field.name] = draw(st.booleans())
        elif field.kind == "text":
            values[field.name] = draw(_TEXT)
        elif field.kind == "path":
            values[field.name] = draw(_TEXT.filter(str.strip))
        elif field.kind == "list":
            values[field.name] = draw(st.lists(_TEXT, max_size=3))
        elif field.kind == "targets":
            values[field.name] = draw(
                st.sampled_from([*TARGET_PRESETS, ["to_q", "to_v"], ["conv1"]])
            )
    return values


@given(mappings())
def test_yaml_round_trip_gives_the_same_configuration(values):
    config = RunConfig.from_mapping(values)

    assert RunConfig.from_yaml(config.to_yaml()) == config
    assert RunConfig.from_mapping(config.to_mapping()) == config


@given(images=st.integers(1, 5000), name=st.sampled_from(["light", "standard", "strong"]))
def test_preset_is_a_valid_configuration_for_any_set(images, name):
    config = RunConfig.from_mapping(needed(**preset(name, images)))

    assert config.batch_size <= images


def test_differences_name_what_changes_the_weights_only():
    config = RunConfig.from_mapping(needed())

    assert config.differences(config.replace(seed=3, sample_steps=9)) == [("seed", 0, 3)]
